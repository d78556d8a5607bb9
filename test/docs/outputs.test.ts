import { WRITTEN } from './kit/pages';
import { stackIn, EDGE, VARIANTS } from '../../fixtures/variants';
import { templateOf } from '../../tools/template';

const stack = stackIn(EDGE);
VARIANTS['domain-in-other-dns'](stack);
const outputs = Object.keys((templateOf(stack) as { Outputs?: object }).Outputs ?? {});

/** An output's name on pages: the id with an ellipsis instead of the hash. */
const mentions = WRITTEN.flatMap(({ path, text }) => [...text.matchAll(/output\s+`([^`]+)`/g)].map(([, name]) => [path, name] as const));

test('the pages mention all outputs', () => {
  expect(new Set(mentions.map(([, name]) => name))).toEqual(new Set(['ChatUrl…', 'ChatMaintenanceFunctionName…', 'ChatDnsRecord…']));
});

test.each(mentions)('%s: the output %s exists', (_, name) => {
  const [id, rest] = name.split('…');
  expect(rest).toBe('');
  expect(outputs.filter((output) => new RegExp(`^${id}[0-9A-F]{8}$`).test(output))).toHaveLength(1);
});
