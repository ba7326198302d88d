#include "html_page.hpp"

namespace splitplot::report {
namespace {

// Colours of variants are told apart in the common kinds of colour blindness and reach 3:1 against the page
// in both schemes; text reaches 4.5:1. No rule names a file or a host.
constexpr std::string_view kStyle = R"css(
:root{color-scheme:light dark;
--paper:#fff;--panel:#f6f6f4;--ink:#15171c;--muted:#575c68;--line:#e2e2dd;--tick:#ebebe7;--zero:#7d828d;--band:#1517170f;
--better:#0b6b4d;--better-soft:#e2f3ec;--worse:#ab2f16;--worse-soft:#fbe9e4;--warn:#7a5200;--warn-soft:#fcf2d9;
--v0:#666d7a;--v1:#0a63c2;--v2:#c8480b;--v3:#00805c;--v4:#8c3b93;--v5:#8a6a00;--v6:#0b7d9e;--v7:#b0215f}
@media screen and (prefers-color-scheme:dark){:root{
--paper:#101216;--panel:#191c22;--ink:#eceef1;--muted:#a5abb7;--line:#2b2f38;--tick:#23272e;--zero:#858c99;--band:#ffffff14;
--better:#58d3a8;--better-soft:#12332a;--worse:#ff9579;--worse-soft:#3d1d15;--warn:#eec15c;--warn-soft:#352a10;
--v0:#a3abb9;--v1:#6bb0ff;--v2:#ff9a57;--v3:#4fd0a4;--v4:#d69be0;--v5:#dfbd4b;--v6:#5fcdee;--v7:#ff8db9}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0 auto;max-width:68rem;padding:2.5rem 1.5rem 4rem;background:var(--paper);color:var(--ink);
font:1rem/1.55 Inter,system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Helvetica Neue",Arial,sans-serif;
font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
h1,h2,h3,h4,p,ul,dl,dd,table{margin:0}
ul{padding:0;list-style:none}
code{font:.875em ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.muted,.about,.reason,figcaption{color:var(--muted)}
.reason{font-size:.8125rem;white-space:normal}
.brand{display:flex;gap:.5rem;align-items:center;font-weight:650;letter-spacing:-.01em}
.logo{width:1.125rem;height:1.125rem}.mark{fill:var(--v1)}.faint{opacity:.35}
h1{margin-top:1.75rem;font-size:1rem;font-weight:600}
.facts{display:flex;flex-wrap:wrap;gap:.25rem 1.75rem;margin-top:.25rem;font-size:.875rem}
.facts div{display:flex;gap:.4rem}.facts dt{color:var(--muted)}
section{margin-top:3.5rem}
h2{font-size:1.375rem;line-height:1.25;font-weight:650;letter-spacing:-.018em;margin-bottom:.75rem}
h3{font-size:1.125rem;line-height:1.3;font-weight:650;letter-spacing:-.012em}
h4{font-size:1rem;font-weight:600;margin-bottom:.5rem}
.conclusion{margin-top:1.75rem}.next{margin-top:1.25rem}
.eyebrow{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.lead{font-size:clamp(1.25rem,1rem + 1.2vw,1.75rem);line-height:1.2;font-weight:650;letter-spacing:-.024em;max-width:30em;text-wrap:pretty}
.thoughts{margin-top:1.25rem;display:grid;gap:.4rem;font-size:1.0625rem;max-width:46em}
.thoughts li{padding-left:1.1rem;position:relative}
.thoughts li::before{content:"";position:absolute;left:0;top:.68em;width:.5rem;height:1.5px;background:var(--muted)}
.plain{display:grid;gap:.4rem;max-width:46em}
.findings{display:grid;gap:.5rem;margin:.75rem 0}
.findings li{padding:.6rem .9rem;border-left:3px solid var(--zero);background:var(--panel);border-radius:0 .375rem .375rem 0;font-size:.9375rem}
.findings .problem{border-color:var(--worse);background:var(--worse-soft)}.problem strong{color:var(--worse)}
.findings .warning{border-color:var(--warn);background:var(--warn-soft)}.warning strong{color:var(--warn)}
.alarm{color:var(--worse);font-weight:600}
.beside{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:1.5rem 3rem;align-items:start}
.beside p+p{margin-top:.5rem;font-size:.9375rem}
.beside .chart{margin-top:0}
article{margin-top:2.25rem;padding-top:1.5rem;border-top:1px solid var(--line)}
h3+article,h2+article{margin-top:1rem}
section>h3{margin-top:2.5rem}
.about{font-size:.9375rem}
.chart{width:100%;margin-top:1.25rem;border-collapse:collapse;font-size:.9375rem;line-height:1.4}
.chart caption{caption-side:top;text-align:left;color:var(--muted);font-size:.875rem;padding-bottom:.35rem}
.chart th,.chart td{padding:0 .75rem;text-align:left;vertical-align:middle;font-weight:400}
.chart th:first-child{padding-left:0}.chart tr>:last-child{padding-right:0}
.chart thead th{font-size:.8125rem;color:var(--muted);vertical-align:bottom;white-space:nowrap;padding-bottom:.2rem}
.chart tbody tr{border-top:1px solid var(--line)}
.chart tbody th{min-width:10.5rem;padding-top:.3rem;padding-bottom:.3rem}
.chart td{overflow-wrap:normal}
.chart .number{text-align:right}.chart td.number{white-space:nowrap}
.chart td.picture{overflow:hidden}
.chart .picture{width:100%;min-width:9rem;padding-top:0;padding-bottom:0}
.chart .reason{display:inline-block;min-width:9rem;max-width:16rem;overflow-wrap:anywhere}
.chart .group th{font-weight:650;padding-top:.75rem}.group .muted{display:block;font-weight:400;font-size:.8125rem}
.group+tr,.group+tr+tr{border-color:transparent}
.below{display:block}.value{font-weight:600}.ends{color:var(--muted);font-size:.875em}
.summary th{font-weight:600}
.patch{display:inline-block;width:.6rem;height:.6rem;border-radius:50%;background:var(--c);margin-right:.5rem}
.verdict{display:inline-block;white-space:nowrap;font-size:.8125rem;line-height:1.3;color:var(--muted)}
.better,.worse,.small{padding:.1rem .45rem;border-radius:.25rem;font-weight:600}
.better{color:var(--better);background:var(--better-soft)}.worse{color:var(--worse);background:var(--worse-soft)}
.small{color:var(--warn);background:var(--warn-soft)}
.p{display:block;font-size:.75rem;line-height:1.5;color:var(--muted)}
tbody th .verdict{font-size:.6875rem;display:block;width:fit-content;margin-top:.1rem}
h4 .patch{margin-left:.5rem}h4+p{font-size:.9375rem;margin-top:-.25rem}
.v0{--c:var(--v0)}.v1{--c:var(--v1)}.v2{--c:var(--v2)}.v3{--c:var(--v3)}.v4{--c:var(--v4)}.v5{--c:var(--v5)}.v6{--c:var(--v6)}
.v7{--c:var(--v7)}.mean{--c:var(--ink)}
.plot{display:block;width:100%;overflow:visible;min-height:100%}
.tick{stroke:var(--tick)}.zero{stroke:var(--zero)}.overall{stroke:var(--zero);stroke-dasharray:2 3}
.band{fill:var(--band)}
.interval{stroke:var(--c);stroke-width:2.5}.thin{stroke-width:1.25;opacity:.75}
.dot{fill:var(--c);stroke:var(--paper);stroke-width:1.5}.hollow{fill:var(--paper);stroke:var(--c)}
.arrow,.bar{fill:var(--c)}.bar{stroke:var(--paper);stroke-width:.5}
.track{fill:var(--tick)}
.share{display:block;width:100%;min-width:6rem;margin-top:.25rem}
.axis text{fill:var(--muted);font-size:.75rem}
.too-small th bdi,.too-small .value{color:var(--muted)}
.best{margin-top:1rem;font-size:.9375rem;display:flex;flex-wrap:wrap;gap:.25rem 1.5rem}
.best p{color:var(--muted)}.best ul{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem}
.spread{margin-top:.5rem}
details{margin-top:.9rem;font-size:.875rem}
summary{cursor:pointer;color:var(--muted);width:fit-content;padding:.25rem 0;border-radius:.25rem}
summary:hover{color:var(--ink)}
:focus-visible{outline:2px solid var(--v1);outline-offset:3px}
.scroll{overflow-x:auto;margin-top:.5rem}
.numbers{border-collapse:collapse;font-size:.8125rem;overflow-wrap:normal}
.numbers th,.numbers td{padding:.3rem .9rem .3rem 0;text-align:right;border-top:1px solid var(--line);font-weight:400;vertical-align:top}
.numbers th:first-child{text-align:left;min-width:8rem;max-width:18rem;overflow-wrap:anywhere}
.numbers td{white-space:nowrap}.numbers thead th{color:var(--muted);vertical-align:bottom;border:0}
.numbers .reason{display:inline-block;min-width:12rem;text-align:left}
footer{margin-top:4rem;padding-top:1rem;border-top:1px solid var(--line);color:var(--muted);font-size:.8125rem}
@media screen and (max-width:60rem){
.chart,.chart tbody,.chart thead,.chart caption,.chart tr,.chart th,.chart .picture{display:block}
.chart tr{padding:.55rem 0}
.chart thead tr{padding:0}.chart thead th:not(.picture){position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.chart th,.chart td,.chart tbody th{padding:0;width:auto;min-width:0}
.chart td.picture,.chart thead .picture{padding:.1rem .5rem;width:auto}
.chart td.number,.chart td.verdicts{display:inline-block;text-align:left;margin-right:1rem;font-size:.875rem;white-space:normal}
.chart td[data-label]::before{content:attr(data-label) " ";color:var(--muted);font-weight:400}
.chart td:empty,.group td{display:none!important}
.chart .group{padding:.75rem 0 0}
tbody th .verdict{display:inline-block;margin-left:.5rem}.p{display:inline;margin-left:.4rem}
.share{width:8rem}}
@media screen and (max-width:46rem){
body{padding:1.25rem 1rem 3rem}section{margin-top:2.5rem}.beside{grid-template-columns:minmax(0,1fr)}}
@media print{@page{margin:14mm}
html{font-size:11px}body{padding:0;max-width:none}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
section{margin-top:2rem}article{margin-top:1.25rem}
tr,.findings li,.spread,.best{break-inside:avoid}h2,h3,h4,caption,.about{break-after:avoid}
.lead{font-size:2rem}
details::details-content{content-visibility:visible;display:block}summary{list-style:none}
.scroll{overflow:visible}.numbers{font-size:.7rem}.numbers td,.numbers th{white-space:normal;padding-right:.35rem}}
)css";

}  // namespace

std::string_view style_sheet() {
  return kStyle;
}

}  // namespace splitplot::report
