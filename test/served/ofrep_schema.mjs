// The published OFREP schema as a check of responses.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(`${process.env.SPLITPLOT_SDK_TEST_MODULES}/`);

/** Answers `check(schema name, value) -> [what is wrong]`, or null where the schema file is missing. */
export function ofrepSchema(path) {
  if (!existsSync(path)) return null;
  const document = require('yaml').parse(readFileSync(path, 'utf8'));
  // DEFAULT is in OpenFeature's list of reasons, in the architecture decisions of OFREP and in every provider, but missing in the enum.
  const { properties } = document.components.schemas.evaluationSuccess.allOf[0];
  properties.reason.enum.push('DEFAULT');
  // The forms of a value overlap as written (each integer is a number, and the code default, without a value, matches all), so that nothing could match
  // "exactly one" of them: at least one must, and the code default only where there is no value.
  const forms = document.components.schemas.evaluationSuccess.allOf[1];
  forms.anyOf = forms.oneOf.map((form) => (form.$ref.endsWith('/codeDefaultFlag') ? { not: { required: ['value'] } } : form));
  delete forms.oneOf;
  const Ajv2020 = require('ajv/dist/2020').default;
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  require('ajv-formats')(ajv);
  ajv.addSchema(document, 'ofrep');
  return (name, value) => {
    const validate = ajv.getSchema(`ofrep#/components/schemas/${name}`);
    if (!validate) return [`the OFREP document has no schema ${name}`];
    return validate(value) ? [] : validate.errors.map((error) => `${error.instancePath} ${error.message}`);
  };
}
