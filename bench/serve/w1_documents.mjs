// Workload W1 (../decide/workload.mjs) as documents: each flag asks an experiment, whose units are a slice of a layer.
import { features } from '../decide/workload.mjs';

/** `copies` times its flags, for the same users. */
export function w1Documents(copies = 1) {
  const all = [{ kind: 'metric', key: 'orders', type: 'proportion', event: 'Order Completed' }];
  for (let copy = 0; copy < copies; ++copy) {
    const suffix = copy === 0 ? '' : `-${copy}`;
    for (const feature of features()) {
      const experiment = `${feature.experiment}${suffix}`;
      const layer = `layer-${feature.index}${suffix}`;
      all.push(
        { kind: 'layer', key: layer },
        {
          kind: 'experiment', key: experiment, status: 'running', coverage: feature.coverage,
          layer: { key: layer, slice: [0, feature.namespaceEnd] },
          variants: Object.fromEntries(feature.variants.map((variant) => [variant, 1])),
          metrics: { primary: ['orders'] },
        },
        {
          kind: 'flag', key: `${feature.key}${suffix}`, default: 'off',
          variants: { off: 'off', forced: 'forced', control: 'control', a: 'a', b: 'b', on: 'on' },
          rules: [
            { if: { country: { $in: feature.countries }, purchases: { $gt: feature.purchasesAbove }, device: feature.device }, serve: 'forced' },
            { experiment, variants: Object.fromEntries(feature.variants.map((variant) => [variant, variant])) },
            { serve: 'on', rollout: feature.rollout, seed: `${feature.rolloutSeed}${suffix}` },
          ],
        },
      );
    }
  }
  return all;
}

