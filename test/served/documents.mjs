// What the tests of the served loop apply: a small shop.
export const kShop = `
kind: flag
key: checkout-button
variants: {red: "#f00", green: "#0f0"}
default: red
rules:
  - id: staff
    if: {email: {$regex: "@shop\\\\.example$"}}
    serve: green
  - id: test
    experiment: checkout-test
    variants: {control: red, treatment: green}
---
kind: flag
key: dark-mode
variants: {on: true, off: false}
default: off
rules:
  - id: pro
    if: {$inSegment: pro-users}
    serve: on
  - id: some
    serve: on
    rollout: 0.2
---
kind: flag
key: limit
type: integer
variants: {small: 5, large: 50}
default: small
---
kind: flag
key: ratio
type: float
variants: {whole: 5.0, half: 0.5}
default: whole
---
kind: flag
key: layout
type: json
variants:
  list: {columns: 1, order: [title, price]}
  grid: {columns: 3, order: [image, price]}
default: list
rules:
  - if: {plan: {$in: [pro, team]}}
    serve: grid
---
kind: flag
key: retired
enabled: false
variants: {on: true, off: false}
default: off
---
kind: segment
key: pro-users
condition: {plan: pro}
---
kind: layer
key: checkout
---
kind: metric
key: orders
type: proportion
event: Order Completed
---
kind: metric
key: revenue
type: sum
event: Order Completed
property: revenue
---
kind: experiment
key: checkout-test
hypothesis: A green button makes more people buy.
status: running
layer: {key: checkout, slice: [0, 0.8]}
variants: {control: 50, treatment: 50}
metrics: {primary: [orders], secondary: [revenue]}
segments: [pro-users]
dimensions: [country]
`;
