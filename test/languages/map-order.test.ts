import { App, Stack } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { LibreChatConfig, LibreChatServerless } from '../../src';

const ORDERED = {
  version: '1.3.0',
  fileStrategy: 's3',
  interface: { customWelcome: 'Hello', agents: false },
  endpoints: { custom: [{ name: 'one', baseURL: 'https://one.example.com' }] },
};

/** Java's `Map.of` has another order in each run, and Go's maps have none. */
const REORDERED = {
  endpoints: { custom: [{ baseURL: 'https://one.example.com', name: 'one' }] },
  interface: { agents: false, customWelcome: 'Hello' },
  fileStrategy: 's3',
  version: '1.3.0',
};

function template(config: Record<string, any>, order: (names: string[]) => string[]): string {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const names = ['OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'GOOGLE_KEY'];
  const secrets = Object.fromEntries(names.map((name) => [name, secretsmanager.Secret.fromSecretNameV2(stack, name, name)]));
  const map = <T>(keys: string[], value: (name: string) => T) => Object.fromEntries(order(keys).map((name) => [name, value(name)]));
  new LibreChatServerless(stack, 'Chat', {
    config: LibreChatConfig.fromObject(config),
    environment: map(['APP_TITLE', 'ALLOW_REGISTRATION'], (name) => `${name}'s value`),
    secrets: map(names, (name) => ecs.Secret.fromSecretsManager(secrets[name])),
    tags: map(['Team', 'CostCenter'], (name) => name.toLowerCase()),
  });
  return JSON.stringify(app.synth().getStackByName('Stack').template);
}

test('the order of entries in maps has no effect', () => {
  expect(REORDERED).toEqual(ORDERED);
  expect(template(REORDERED, (names) => [...names].reverse())).toBe(template(ORDERED, (names) => names));
});
