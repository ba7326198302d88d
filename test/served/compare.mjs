// Two analyses of the same data, by different ways to them. Sums over several threads differ in their last bits.

/** Paths at which two documents differ; numbers by more than the last digit of a double's text may. */
export function differences(left, right, path = '') {
  if (typeof left === 'number' && typeof right === 'number') {
    return Math.abs(left - right) <= 1e-12 * Math.max(Math.abs(left), Math.abs(right)) ? [] : [`${path}: ${left} and ${right}`];
  }
  if (left === null || right === null || typeof left !== 'object' || typeof right !== 'object') return left === right ? [] : [`${path}: ${left} and ${right}`];
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].flatMap((name) => differences(left[name], right[name], `${path}/${name}`));
}
