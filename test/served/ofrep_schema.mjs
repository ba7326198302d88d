// The published OFREP schema as a check of responses.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(`${process.env.SPLITPLOT_SDK_TEST_MODULES}/`);

/** Answers `check(schema name, value) -> [what is wrong]`, or null where the schema file is missing. */
export function ofrepSchema(path) {
  if (!existsSync(path)) return null;
  const document = require('yaml').parse(readFileSync(path, 'utf8'));
  // DEFAULT is in OpenFeature's list of reasons, in the architecture decisions of OFREP and in every provider, but missing in the enum.
  const withDefault = JSON.parse(JSON.stringify(document), (name, value) =>
    (Array.isArray(value) && value.includes('TARGETING_MATCH') && !value.includes('DEFAULT') ? [...value, 'DEFAULT'] : value));
  const Ajv2020 = require('ajv/dist/2020').default;
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  require('ajv-formats')(ajv);
  ajv.addSchema(withDefault, 'ofrep');
  return (name, value) => {
    const validate = ajv.getSchema(`ofrep#/components/schemas/${name}`);
    if (!validate) return [`the OFREP document has no schema ${name}`];
    return validate(value) ? [] : validate.errors.map((error) => `${error.instancePath} ${error.message}`);
  };
}
