// Simulated users, and digests of what they are answered, as crowd.cpp has them; and the documents that they are answered by.

const kPlans = ['free', 'pro', 'team'];
const kCountries = ['DE', 'AT', 'US', 'FR', 'CH'];

export function user(number) {
  return {
    id: `${number % 1000 === 999 ? 'käufer' : 'user'}-${number}`,
    ...(number % 4 ? { plan: kPlans[number % 3] } : {}),
    ...(number % 7 ? { email: `someone-${number}@${number % 11 ? 'mail' : 'shop'}.example` } : {}),
    country: kCountries[number % 5],
    age: 16 + (number % 60),
    ...(number % 6 ? { company: `company-${number % 5003}` } : {}),
  };
}

/** One line of what is digested. Values and keys are ASCII, so that bytes are characters. */
export function answerLine(flag, value, experiment) {
  return `${flag}=${value === undefined ? '' : JSON.stringify(value)}|${experiment ?? ''}\n`;
}

/** FNV-1a of the text. */
export function digest(text) {
  let state = 2166136261;
  for (let i = 0; i < text.length; ++i) state = Math.imul(state ^ text.charCodeAt(i), 16777619);
  return (state >>> 0).toString(16).padStart(8, '0');
}

/** Everything that assigns has a seed of its own here, so that a program can compile these documents without the server. */
export const kDocuments = `
kind: connection
key: crowd-app
type: client
local_evaluation: true
---
kind: segment
key: germanophone
condition: {country: {$in: [DE, AT, CH]}}
---
kind: segment
key: paying-germanophone
condition: {$inSegment: germanophone, plan: {$in: [pro, team]}}
---
kind: list
key: regulars
values: [user-1, user-5, user-77, user-4711, user-12345]
---
kind: layer
key: checkout
seed: layer-checkout
---
kind: experiment
key: button
hypothesis: Green sells.
status: running
layer: {key: checkout, slice: [0, 0.6]}
variants: {control: 50, treatment: 50}
seed: seed-button
---
kind: experiment
key: steps
hypothesis: Fewer steps sell.
status: running
layer: {key: checkout, slice: [0.6, 1]}
population: {age: {$gte: 18}}
coverage: 70%
variants: {three: 20, two: 30, one: 50}
seed: seed-steps
---
kind: experiment
key: groups
hypothesis: It depends.
status: running
variants: {control: 40, short: 30, long: 30}
variants_for: [{if: {$inSegment: paying-germanophone}, variants: {control: 10, long: 90}}]
seed: seed-groups
---
kind: experiment
key: firms
hypothesis: Firms differ.
status: running
unit: account
attribute: company
variants: {old: 1, new: 3}
seed: seed-firms
---
kind: flag
key: checkout-button
variants: {red: "#f00", green: "#0f0"}
default: red
overrides: {user-42: green}
rules:
  - {id: staff, if: {email: {$regex: "@shop\\\\.example$"}}, serve: green}
  - {id: test, experiment: button, variants: {control: red, treatment: green}}
---
kind: flag
key: checkout-steps
type: integer
variants: {three: 3, two: 2, one: 1}
default: three
rules: [{id: test, experiment: steps}]
---
kind: flag
key: texts
type: json
variants: {plain: {title: Buy, lines: [1, 2]}, short: {title: Go}, long: {title: Buy it now, lines: []}}
default: plain
rules: [{id: test, experiment: groups, variants: {control: plain, short: short, long: long}}]
---
kind: flag
key: invoices
variants: {on: true, off: false}
default: off
rules: [{id: test, experiment: firms, variants: {old: off, new: on}}]
---
kind: flag
key: dark-mode
variants: {on: true, off: false}
default: off
rules:
  - {id: regulars, if: {id: {$inGroup: regulars}}, serve: on}
  - {id: paying, if: {$inSegment: paying-germanophone, age: {$lt: 50}}, serve: on}
  - {id: some, serve: on, rollout: 0.2, seed: seed-dark}
---
kind: flag
key: contrast
variants: {high: high, normal: normal}
default: normal
rules:
  - id: dark
    requires: [{flag: dark-mode, is: on}]
    serve: high
    rollout: 0.37
    seed: seed-contrast
    attribute: company
  - {id: nobody, if: {$nor: [{age: {$gte: 16}}]}, serve: high}
---
kind: flag
key: greeting
variants: {hello: Hello, servus: Servus}
default: hello
rules: [{id: at, if: {country: AT, email: {$exists: true}}, serve: servus}]
`;
export const kFlags = ['checkout-button', 'checkout-steps', 'texts', 'invoices', 'dark-mode', 'contrast', 'greeting'];
