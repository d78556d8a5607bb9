import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandsIn, mentionsIn, mistakeIn, scriptsOf } from './kit/commands';
import { pageAt, ROOT, WRITTEN } from './kit/pages';

jest.setTimeout(60_000);

const commands = WRITTEN.flatMap((page) => [...scriptsOf(page), ...mentionsIn(page)]);

test.each(commands.map((command) => [command.at, command.words.join(' '), command] as const))('%s: %s can be run', (_at, _text, command) => {
  expect(mistakeIn(command)).toBeUndefined();
});

/** Commands that require neither an account nor a new app. */
const HERE = [...scriptsOf(pageAt('README.md')), ...mentionsIn(pageAt('README.md'))]
  .map(({ words }) => words.join(' ')).filter((text) => /^(?:npm ci|npx projen)\b/.test(text));
/** Tasks that other tasks run. */
const WITHIN: Readonly<Record<string, string>> = { 'npx projen bundle': 'npx projen test', 'npx projen package:js': 'npx projen test:languages' };
const CI = commandsIn(readFileSync(join(ROOT, '.ci/run'), 'utf8')).map(({ words }) => words.join(' '));

test('the README has commands to try', () => {
  expect(HERE).toEqual(expect.arrayContaining(['npm ci', 'npx projen demo', 'npx projen test']));
});

test.each(HERE)('%s of the README is run by continuous integration', (text) => {
  const run = WITHIN[text] ?? text;
  expect(CI.some((command) => command === run || command.startsWith(`${run} `))).toBe(true);
});

test.each([
  ['npm ci && npx projen demo', ['npm ci', 'npx projen demo']],
  ['aws s3 ls \\\n  --region x  # a comment', ['aws s3 ls --region x']],
  ["A=b C='d e' npx cdk deploy --app 'tsx app.ts'", ['npx cdk deploy --app tsx app.ts']],
  ['aws logs tail x | grep "a && b"', ['aws logs tail x', 'grep a && b']],
])('%j is read as %j', (script, expected) => {
  expect(commandsIn(script).map(({ words }) => words.join(' '))).toEqual(expected);
});

test.each([
  ['npx projen dmeo', 'there is no task dmeo'],
  ['npx projen demo --probe', 'options of a task come after --'],
  ['npx projen demo -- --prob', 'demo has no option --prob'],
  ['npx projen integ:deploy -- --region us-east-1 --profile me', 'integ:deploy has no option --profile'],
  ['npx cdk depoly', 'cdk has no depoly'],
  ['npx jest test/nothing', 'there is no test/nothing'],
  ['npx unknown', 'unknown is not a known package'],
  ['npm isntall', 'npm has no isntall here'],
  ['bash .ci/rnu', 'there is no .ci/rnu'],
  ['terraform apply', 'terraform is not a known program'],
])('%s is found: %s', (text, mistake) => {
  expect(commandsIn(text).map(mistakeIn)).toEqual([mistake]);
});
