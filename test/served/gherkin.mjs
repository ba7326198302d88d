// What OpenFeature's scenarios need of the language Gherkin (https://cucumber.io/docs/gherkin/reference): a background,
// scenarios, outlines with tables of examples, tags, and tables under a step.

const cellsOf = (line) => line.slice(1, line.lastIndexOf('|')).split('|').map((cell) => cell.trim());
const fill = (text, example) => text.replaceAll(/<([\w-]+)>/g, (whole, name) => example[name] ?? whole);

/** All scenarios, outlines written out for each example: {name, tags, steps: [{text, rows}]}. */
export function readScenarios(feature) {
  const background = [];
  const blocks = [];
  let steps = background;
  let tags = [];
  let table; // the one that rows belong to
  for (const line of feature.split('\n').map((text) => text.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('@')) {
      tags.push(...line.split(/\s+/));
    } else if (/^(Scenario Outline|Scenario):/.test(line)) {
      steps = [];
      blocks.push({ name: line.slice(line.indexOf(':') + 1).trim(), tags, steps, examples: [], isOutline: line.startsWith('Scenario Outline') });
      tags = [];
      table = undefined;
    } else if (line.startsWith('Background:') || line.startsWith('Feature:')) {
      table = undefined;
    } else if (line.startsWith('Examples:')) {
      table = { header: undefined, add: (row) => blocks.at(-1).examples.push(row) };
      tags = [];
    } else if (line.startsWith('|')) {
      const cells = cellsOf(line);
      if (table.header) {
        table.add(Object.fromEntries(table.header.map((name, i) => [name, cells[i]])));
      } else {
        table.header = cells;
      }
    } else {
      const step = { text: line.replace(/^(Given|When|Then|And|But)\s+/, ''), rows: [] };
      steps.push(step);
      table = { header: undefined, add: (row) => step.rows.push(row) };
    }
  }
  return blocks.flatMap(({ name, tags: own, steps: written, examples, isOutline }) =>
    (isOutline ? examples : [{}]).map((example) => ({
      name: [name, ...Object.values(example)].join(', '),
      tags: own,
      steps: [...background, ...written].map(({ text, rows }) => ({ text: fill(text, example), rows })),
    })));
}
