// The JSON that the program writes obeys its published schema, whatever was asked.
//   node json_schema.mjs BINARY SCHEMA SERVED_DOCUMENTS
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Findings, run, withExample } from './program.mjs';

const require = createRequire(`${process.env.SPLITPLOT_WEB_TEST_MODULES}/`);
const Ajv2020 = require('ajv/dist/2020').default;

const kMetrics = ['--variant', 'variant', '--unit', 'user_id', '--metric', 'purchased', '--metric', 'revenue'];
const kRequests = {
  'two metrics': [...kMetrics],
  segments: [...kMetrics, '--by', 'device', '--by', 'device*customer', '--weights', 'control=1,express=1,short_form=1'],
  'covariates and a metric that should fall': [...kMetrics, '--covariate', 'spend_before', '--lower-is-better', 'revenue'],
  watched: [...kMetrics, '--by', 'country', '--sequential', '--tune-at', '5000'],
  'planned looks': [...kMetrics, '--by', 'device', '--planned-units', '90000', '--spending', 'hsd:-4'],
  'a look at which nothing may be spent': [...kMetrics, '--planned-units', '1000000000000'],
  choices: [...kMetrics, '--by', 'device', '--method', 'score', '--method', 'revenue=student', '--interval', 'newcombe', '--prior', 'normal:5%', '--prior',
    'purchased=beta:2,8', '--pool', 'half-normal:5%', '--correction', 'hommel', '--segment-correction', 'hierarchical'],
  'segments that are not pooled': [...kMetrics, '--by', 'device', '--pool', 'none', '--method', 'boschloo', '--prior', 't:0.02,3'],
  'segments pooled by their counts': [...kMetrics, '--by', 'device', '--pool', 'binomial'],
  'a metric without spread': ['--variant', 'variant', '--unit', 'user_id', '--metric', "none=any() where country = 'nowhere'"],
};

async function main([binary, schemaPath, servedDocuments]) {
  const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(JSON.parse(readFileSync(schemaPath, 'utf8')));
  const findings = new Findings();
  const check = (what, document) => {
    validate(document);
    for (const error of validate.errors ?? []) findings.expect(false, `${what}: ${error.instancePath} ${error.message}`);
    // A schema that refuses nothing proves nothing.
    findings.expect(!validate({ ...document, surprise: 1 }), `${what}: an unknown member was accepted`);
    findings.expect(!validate({ ...document, version: 2 }), `${what}: another version was accepted`);
  };
  await withExample(binary, (folder) => {
    const served = JSON.parse(run(servedDocuments, [folder]));
    findings.expect(served.length === 3 && served.every((document) => document.served !== null), 'served analyses are there');
    served.forEach((document, i) => check(`served analysis ${i}`, document));
    for (const [what, args] of Object.entries(kRequests)) {
      const document = JSON.parse(run(binary, ['analyze', join(folder, 'experiment.csv'), ...args, '--json', '--quiet']));
      check(what, document);
    }
  });
  return findings.conclude('JSON against its schema');
}

process.exitCode = await main(process.argv.slice(2));
