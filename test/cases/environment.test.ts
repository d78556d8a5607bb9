import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { secretNamed } from '../../fixtures/variants';
import { LibreChatServerless, type LibreChatServerlessProps } from '../../src';
import { parseDotenv } from '../../src/private/dotenv';
import { functionEnvironment } from '../src/reading';

const FOLDER = join(__dirname, '../../fixtures/cases/env');
const fileOf = (name: string) => join(FOLDER, name);
const mapOf = (name: string) => parseDotenv(readFileSync(fileOf(name), 'utf8'));

/** The variables of the function, and the messages of synthesis. */
function deployed(props: (stack: Stack) => LibreChatServerlessProps) {
  const stack = new Stack(new App(), 'LibreChat');
  new LibreChatServerless(stack, 'Chat', props(stack));
  const annotations = Annotations.fromStack(stack);
  const messages = (found: Array<{ entry: { data?: unknown } }>) => found.map(({ entry }) => String(entry.data).replace(/ \[ack: .*\]$/, ''));
  return {
    variables: functionEnvironment(Template.fromStack(stack)),
    infos: messages(annotations.findInfo('*', Match.anyValue())),
    warnings: messages(annotations.findWarning('*', Match.anyValue())),
  };
}

describe('as `environment`', () => {
  test('a blank endpoint is not set', () => {
    const { variables, warnings } = deployed(() => ({ environment: mapOf('blank-endpoint.env') }));
    expect(variables.APP_TITLE).toBe('Chat');
    expect(variables).not.toHaveProperty('AWS_ENDPOINT_URL');
    expect(warnings).toEqual([]);
  });

  test('S3-compatible storage is passed to LibreChat', () => {
    expect(deployed(() => ({ environment: mapOf('s3-compatible.env') })).variables)
      .toMatchObject({ AWS_ENDPOINT_URL: 'https://storage.example.org', AWS_FORCE_PATH_STYLE: 'true' });
  });

  test.each([
    ['path.env', '`environment` must not set this variable (the image sets it), got: PATH'],
    ['streams-off.env', '`environment` must not set this variable (it is always true), got: USE_REDIS_STREAMS'],
  ])('%s is rejected', (name, message) => {
    expect(() => deployed(() => ({ environment: mapOf(name) }))).toThrow(message);
  });
});

describe('the file of a docker compose deployment', () => {
  const file = fileOf('compose.env');

  test('is synthesized with one report', () => {
    const { variables, warnings, infos } = deployed(() => ({ environmentFile: file }));
    expect(variables).toMatchObject({
      APP_TITLE: 'Chat',
      ANTHROPIC_API_KEY: 'user_provided',
      BAN_DURATION: '1000 * 60 * 60 * 2',
      GREETING: 'Hello\neverybody',
      OPENID_SCOPE: 'openid profile email',
      REFRESH_TOKEN_EXPIRY: '(1000 * 60 * 60 * 24) * 7',
    });
    expect(JSON.stringify([variables, warnings])).not.toMatch(/never-printed|AKIAEXAMPLE/);
    expect(infos).toEqual([]);
    expect(warnings).toHaveLength(1);
  });

  test('the report lists variables that are passed, those that are omitted with the reason, and how to store the secrets', () => {
    const [report] = deployed(() => ({ environmentFile: file })).warnings;
    expect(report.split('\n')).toEqual([
      `\`environmentFile\` (${file}):`,
      '  passed to LibreChat: UID, ANTHROPIC_API_KEY, BAN_DURATION, GREETING, REFRESH_TOKEN_EXPIRY, OPENID_SCOPE, APP_TITLE',
      '  omitted:',
      '    HOST (it is always 127.0.0.1)',
      '    PORT (the adapter sets it)',
      '    MONGO_URI (use `database: LibreChatDatabase.fromUri(secret)`)',
      '    DOMAIN_CLIENT, DOMAIN_SERVER (use `domainName`)',
      '    TRUST_PROXY (it is always 2)',
      '    LOG_TO_FILE (it is always false)',
      '    CREDS_KEY, JWT_SECRET (generated; to move existing data, specify it in `secrets` or `environmentSecret`)',
      '    AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY (Lambda sets it)',
      '    MEILI_HOST (use `services`)',
      '    rag.port (not a name that Lambda allows)',
      '  omitted, because they have no value: 2 variables',
      '  omitted, because they are secrets: OPENAI_API_KEY, AZURE_KEY, DATABASE_URL, MEILI_MASTER_KEY',
      expect.stringContaining('  Store them in one secret'),
      expect.stringMatching(/^ {4}aws secretsmanager create-secret --name LibreChat-environment --secret-string "\$\(node -p '.*'\)"$/),
      '  and specify it:',
      "    environmentSecret: secretsmanager.Secret.fromSecretNameV2(this, 'Environment', 'LibreChat-environment')",
    ]);
  });

  test('the command that it contains reads the secrets from the file', () => {
    const [report] = deployed(() => ({ environmentFile: file })).warnings;
    const [, script] = /--secret-string "\$\((node -p '.*')\)"/.exec(report)!;
    expect(JSON.parse(execFileSync('sh', ['-c', script], { encoding: 'utf8' }))).toEqual({
      OPENAI_API_KEY: 'sk-example-never-printed',
      AZURE_KEY: 'azure-example-never-printed',
      DATABASE_URL: 'postgres://chat:never-printed@db.example.org/chat',
      MEILI_MASTER_KEY: 'never-printed-either',
    });
  });

  test('with `environmentSecret`, the report is an information', () => {
    const { warnings, infos, variables } = deployed((stack) => ({
      environmentFile: file, environmentSecret: Secret.fromSecretNameV2(stack, 'Environment', 'LibreChat-environment'),
    }));
    expect(warnings).toEqual([]);
    expect(infos).toEqual([expect.stringContaining('They must be fields of `environmentSecret`.')]);
    expect(JSON.stringify(variables.ADAPTER_ENVIRONMENT_SECRET)).toContain('LibreChat-environment');
  });

  test('`environment` and `secrets` take precedence', () => {
    const { variables, warnings } = deployed((stack) => ({
      environmentFile: file, environment: { APP_TITLE: 'Mine' }, secrets: { OPENAI_API_KEY: secretNamed(stack, 'openai') },
    }));
    expect(variables.APP_TITLE).toBe('Mine');
    expect(variables).not.toHaveProperty('OPENAI_API_KEY');
    expect(warnings.join()).toContain('    OPENAI_API_KEY, APP_TITLE (specified in the app)');
  });
});

test.each(['path.env', 'streams-off.env'])('as a file, %s is reported and not rejected', (name) => {
  const { variables, infos } = deployed(() => ({ environmentFile: fileOf(name) }));
  expect(Object.keys(mapOf(name)).filter((variable) => variable in variables)).toEqual([]);
  expect(infos).toEqual([expect.stringContaining(Object.keys(mapOf(name))[0])]);
});

test('fails when there is no file', () => {
  expect(() => deployed(() => ({ environmentFile: fileOf('missing.env') }))).toThrow(`\`environmentFile\` must be a readable file, got: ${fileOf('missing.env')}`);
});
