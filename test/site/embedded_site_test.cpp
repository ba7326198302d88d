#include <splitplot/serve/server.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

std::span<const splitplot::serve::SiteFile> stand_in_files();

namespace splitplot::serve {
namespace {

std::string content(const std::string& name) {
  std::ifstream file(std::string(SPLITPLOT_STAND_IN) + "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

const SiteFile& file_at(std::string_view path) {
  const auto files = stand_in_files();
  const auto found = std::ranges::find(files, path, &SiteFile::path);
  if (found == files.end()) throw std::runtime_error("there is no file " + std::string(path));
  return *found;
}

std::string unzipped(std::string_view bytes) {
  z_stream stream{};
  inflateInit2(&stream, 16 + MAX_WBITS);
  std::string text(100'000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

TEST(EmbeddedSite, HasEveryFileByteForByte) {
  EXPECT_EQ(stand_in_files().size(), 3U);
  EXPECT_EQ(file_at("/").body, content("index.html"));
  EXPECT_EQ(file_at("/assets/index-Ab_-12cd.js").body, content("assets/index-Ab_-12cd.js"));
  EXPECT_EQ(file_at("/assets/plain.txt").body, "a");
}

TEST(EmbeddedSite, HasTheSmallerFormWhereThereIsOne) {
  const SiteFile& script = file_at("/assets/index-Ab_-12cd.js");
  EXPECT_LT(script.gzip.size(), script.body.size());
  EXPECT_EQ(unzipped(script.gzip), script.body);
  EXPECT_EQ(file_at("/assets/plain.txt").gzip, "");
}

TEST(EmbeddedSite, KnowsWhatItsFilesAreAndHowLongTheyHold) {
  EXPECT_EQ(file_at("/").content_type, "text/html; charset=utf-8");
  EXPECT_EQ(file_at("/").caching, SiteCaching::Revalidate);
  EXPECT_EQ(file_at("/assets/index-Ab_-12cd.js").content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(file_at("/assets/index-Ab_-12cd.js").caching, SiteCaching::Immutable);
  EXPECT_EQ(file_at("/assets/plain.txt").caching, SiteCaching::Revalidate) << "its name has no hash";
  std::set<std::string_view> tags;
  for (const SiteFile& file : stand_in_files()) {
    EXPECT_THAT(std::string(file.etag), ::testing::MatchesRegex("\"[0-9a-f]{16}\""));
    tags.insert(file.etag);
  }
  EXPECT_EQ(tags.size(), 3U);
}

}  // namespace
}  // namespace splitplot::serve
