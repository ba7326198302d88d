// Labels at the ends of lines that come close to each other: moved apart, in the same order. Pure.

/** `places` with at least `gap` between neighbours, moved as little as keeps their order, about their common middle. */
export function labelPlaces<T extends { place: number }>(labels: T[], gap: number): T[] {
  const sorted = [...labels].sort((a, b) => a.place - b.place);
  const moved = sorted.map((label) => ({ ...label }));
  for (let i = 1; i < moved.length; ++i) {
    const [below, label] = [moved[i - 1], moved[i]];
    if (below && label) label.place = Math.max(label.place, below.place + gap);
  }
  const drift = moved.reduce((sum, label, i) => sum + label.place - (sorted[i]?.place ?? 0), 0) / Math.max(1, moved.length);
  return moved.map((label) => ({ ...label, place: label.place - drift }));
}
