// What GrowthBook's SDK answers, in the form of growthbook_answers.
import { createRequire } from 'node:module';

// Silences its complaints about weights that do not sum to 1; read when it is loaded.
process.env.NODE_ENV = 'production';
const { GrowthBookClient } = createRequire(`${process.env.SPLITPLOT_SDK_TEST_MODULES}/`)('@growthbook/growthbook');

const text = (value) => (typeof value === 'string' ? value : JSON.stringify(value));

function result({ hashValue, variationId, ...others }) {
  return { ...others, hashValue: text(hashValue), variationId: variationId + 0 };  // no -0
}

/** `written`: a line of the protocol, as text; the SDK gets a copy of its own. */
export function ask(written) {
  const { features, experiments, savedGroups, contextualBandits, ask: questions, forcedFeatureValues, stickyBucketAssignmentDocs, ...context } = JSON.parse(written);
  const client = new GrowthBookClient().initSync({ payload: { features, experiments, savedGroups, contextualBandits } });
  let tracked = [];
  const user = { ...context, trackingCallback: (experiment, outcome) => { tracked.push({ experiment: experiment.key, result: result(outcome) }); } };
  if (forcedFeatureValues) user.forcedFeatureValues = new Map(Object.entries(forcedFeatureValues));
  if (stickyBucketAssignmentDocs) Object.assign(user, { stickyBucketAssignmentDocs, saveStickyBucketAssignmentDoc: async () => {} });
  const answers = questions.map(({ feature, experiment }) => {
    tracked = [];
    const answer = feature === undefined ? askExperiment(client, experiments.find(({ key }) => key === experiment), user) : askFeature(client, feature, user);
    return { ...answer, tracked };
  });
  return { answers, documents: user.stickyBucketAssignmentDocs ?? {} };
}

function askFeature(client, key, user) {
  const { value, on, off, source, ruleId, experimentResult } = client.evalFeature(key, user);
  return { value, on, off, source, ruleId, ...(experimentResult && { experimentResult: result(experimentResult) }) };
}

function askExperiment(client, experiment, user) {
  const outcome = client.runInlineExperiment(experiment, user);
  return outcome.inExperiment ? result(outcome) : { inExperiment: false };
}
