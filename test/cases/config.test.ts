import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { secretNamed } from '../../fixtures/variants';
import { LibreChatConfig, LibreChatImage, LibreChatServerless, type LibreChatServerlessProps, LibreChatServices } from '../../src';

const FOLDER = join(__dirname, '../../fixtures/cases/librechat-yaml');

/** The warnings of a deployment with a file, without their ids. */
function warningsWith(file: string, props: (stack: Stack) => LibreChatServerlessProps = () => ({})): string[] {
  const stack = new Stack(new App(), 'Stack');
  new LibreChatServerless(stack, 'Chat', { ...props(stack), config: LibreChatConfig.fromFile(join(FOLDER, file)) });
  return Annotations.fromStack(stack).findWarning('*', Match.anyValue()).map(({ entry }) => String(entry.data).replace(/ \[ack: .*\]$/, ''));
}

const UPLOADS = '`config` should limit uploads to 4 MB, which Lambda accepts, so that the page rejects larger files, got: ';
const NO_LIMITS = `${UPLOADS}fileConfig.serverFileSizeLimit: nothing, fileConfig.endpoints.default.fileSizeLimit: nothing, `
  + 'fileConfig.endpoints.default.totalSizeLimit: nothing';
const UNSET = '`config` should refer to variables that are set in `environment`, `secrets` or `services`, got: ';

describe.each<[file: string, message: string]>([
  ['cloudformation-tag.yaml', 'must be YAML that LibreChat can read, got: unknown tag !<!Sub> (7:67)'],
  ['unknown-tag.yaml', 'must be YAML that LibreChat can read, got: unknown tag !<!import> (3:31)'],
  ['unknown-key.yaml', "must match the schema of LibreChat at the top level (Unrecognized key(s) in object: 'retrieval'), got: a mapping with the keys version, fileStrategy, retrieval"],
  ['no-default-models.yaml', 'must match the schema of LibreChat at endpoints.custom[0].models.default (Required), got: nothing'],
  ['unset-mcp-url.yaml', 'must refer to variables that are set in `environment`, `secrets` or `services` at mcpServers.search.url, got: ${SEARCH_MCP_URL}'],
])('%s', (file, message) => {
  test('is rejected, with path, rule and value', () => {
    expect(() => warningsWith(file)).toThrow(`\`${join(FOLDER, file)}\` ${message}`);
  });
});

test.each<[file: string, warnings: string[]]>([
  ['flow-sequence-at-key.yaml', [`${UNSET}\${FAST_KEY} at endpoints.custom[0].apiKey`, NO_LIMITS]],
  ['many-aliases.yaml', []],
  ['large-uploads.yaml', [`${UPLOADS}fileConfig.serverFileSizeLimit: 100, fileConfig.endpoints.assistants.fileSizeLimit: 50`]],
  ['literal-key.yaml', [
    NO_LIMITS, '`config` should not contain secrets in plain text (use `secrets` and a reference such as ${OPENAI_API_KEY}), got: endpoints.custom[0].apiKey',
  ]],
  ['stdio-mcp.yaml', [
    NO_LIMITS,
    '`config` should only contain MCP servers that are reached by URL, because others are started with each execution environment and lose their state, '
    + 'got: mcpServers.notes',
  ]],
  ['unset-api-key.yaml', [`${UNSET}\${FAST_KEY} at endpoints.custom[0].apiKey`, NO_LIMITS]],
])('%s is accepted, with warnings', (file, warnings) => {
  expect(warningsWith(file)).toEqual(warnings);
});

test('a file with all sections that most deployments have is accepted without warnings', () => {
  expect(warningsWith('compose.yaml', (stack) => ({
    environment: { WIKI_HOST: 'wiki.example.org', WIKI_PORT: '8443' },
    services: LibreChatServices.fromUrls({ searxng: 'https://search.example.org' }),
    secrets: Object.fromEntries(['AZURE_KEY', 'OPENROUTER_KEY', 'WIKI_TOKEN', 'EVENTS_URL'].map((name) => [name, secretNamed(stack, name)])),
  }))).toEqual([]);
});

test.each<[how: string, props: (stack: Stack) => LibreChatServerlessProps]>([
  ['`environment`', () => ({ environment: { SEARCH_MCP_URL: 'https://mcp.example.org' } })],
  ['`environment` with a token', (stack) => ({ environment: { SEARCH_MCP_URL: `https://${stack.account}.example.org` } })],
  ['`secrets`', (stack) => ({ secrets: { SEARCH_MCP_URL: secretNamed(stack, 'search') } })],
])('unset-mcp-url.yaml is accepted with the variable in %s', (_how, props) => {
  expect(warningsWith('unset-mcp-url.yaml', props)).toEqual([NO_LIMITS]);
});

test('unset-mcp-url.yaml is rejected if the variable is empty or no URL', () => {
  expect(() => warningsWith('unset-mcp-url.yaml', () => ({ environment: { SEARCH_MCP_URL: '' } }))).toThrow('must refer to variables that are set');
  expect(() => warningsWith('unset-mcp-url.yaml', () => ({ environment: { SEARCH_MCP_URL: 'mcp' } })))
    .toThrow('must match the schema of LibreChat at mcpServers.search.url (Invalid url), got: ${SEARCH_MCP_URL}');
});

test('the environment of the developer is not read', () => {
  process.env.SEARCH_MCP_URL = 'https://developer.example.org';
  try {
    expect(() => warningsWith('unset-mcp-url.yaml')).toThrow('must refer to variables that are set');
  } finally {
    delete process.env.SEARCH_MCP_URL;
  }
});

test('warns of a release that the schema does not cover', () => {
  expect(warningsWith('no-default-models.yaml', () => ({ image: LibreChatImage.fromDockerBuild({ version: 'v0.8.9' }) })))
    .toContain('`config` should match the schema of LibreChat v0.8.8, unless the deployed release accepts more, got: endpoints.custom[0].models.default (Required)');
});

test('every file has its result here', () => {
  const source = [...readdirSync(FOLDER)].sort();
  const tested = ['cloudformation-tag', 'compose', 'flow-sequence-at-key', 'large-uploads', 'literal-key', 'many-aliases', 'no-default-models', 'stdio-mcp',
    'unknown-key', 'unknown-tag', 'unset-api-key', 'unset-mcp-url'];
  expect(source).toEqual(tested.map((name) => `${name}.yaml`).sort());
});
