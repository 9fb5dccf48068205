"""The style sheet of a run's page: one column on a phone, two beside each other, light and dark."""

STYLE = """
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1f2328; --faint: #6a7077; --grid: #dfe2e6; --tile: #f5f6f8;
  --series-0: #0072b2; --series-1: #c85200; --series-2: #00835f; --series-3: #a8497f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --ink: #e4e7eb; --faint: #98a0a9; --grid: #31363d; --tile: #1d2126;
    --series-0: #62b5ec; --series-1: #f08a45; --series-2: #3fc49a; --series-3: #dc8fbd;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
main { max-width: 1080px; margin: 0 auto; padding: 28px 20px 56px; }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 0 0 2px; font-size: 1rem; font-weight: 600; }
h2 small { font-weight: 400; font-size: .87rem; color: var(--faint); }
header p { margin: 4px 0 0; color: var(--faint); }
.result { display: flex; flex-wrap: wrap; gap: 10px; margin: 20px 0 26px; }
.result div { background: var(--tile); border-radius: 8px; padding: 9px 14px; }
.result dt { font-size: .82rem; color: var(--faint); }
.result dd { margin: 0; font-size: 1.15rem; font-variant-numeric: tabular-nums; }
.panels {
  display: grid; gap: 26px 30px; margin-bottom: 22px;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr));
}
figure { margin: 0; }
figure svg { display: block; width: 100%; height: auto; }
.caption { margin: 2px 0 0; font-size: .87rem; color: var(--faint); }
.note { margin: 4px 0; color: var(--faint); }
details { margin: 18px 0; }
summary { cursor: pointer; font-weight: 600; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
.numbers { margin-top: 8px; }
.numbers th, .numbers td { padding: 4px 14px 4px 0; text-align: right; white-space: nowrap; }
.numbers th { font-weight: 600; color: var(--faint); }
.settings { width: 100%; margin-top: 6px; }
.settings th, .settings td {
  padding: 4px 16px 4px 0; text-align: left; vertical-align: top;
  border-top: 1px solid var(--grid); overflow-wrap: anywhere;
}
.settings th { font-weight: 400; color: var(--faint); width: 15rem; }
h2 + .settings { margin-top: 6px; }
@media (max-width: 520px) {
  main { padding: 20px 14px 40px; }
  .settings th { width: 9.5rem; }
}
@media print { body { font-size: 11px; } details[open] summary { display: none; } }
"""
