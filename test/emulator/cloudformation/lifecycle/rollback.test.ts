import { failEachCreation, newAccount } from '../../../../emulator/cloudformation/lifecycle/failures';
import { ModelStack } from '../../../../emulator/cloudformation/lifecycle/model-stack';
import { isForRetainedDatabase, isOfConstruct, modelTemplateOf, VARIANT_NAMES } from '../../../../fixtures/lifecycle';

describe('a first deployment that fails', () => {
  test.each(VARIANT_NAMES)('%s: is rolled back without a refusal, whichever resource fails', (name) => {
    expect(entriesOf(name, ({ refusals }) => refusals)).toEqual({});
  });

  test.each(VARIANT_NAMES)('%s: leaves no resource of the construct, whichever resource fails', (name) => {
    const template = modelTemplateOf(name);
    expect(entriesOf(name, ({ remaining }) => remaining.filter((id) => isOfConstruct(template, id)))).toEqual({});
  });
});

test('a stack whose image was deleted can be deleted', () => {
  const template = modelTemplateOf('minimal');
  const stack = new ModelStack(newAccount(template));
  expect(stack.deploy(template).refusals).toEqual([]);
  stack.account.imagesStart = false;
  expect(stack.delete().refusals.filter((refusal) => !isForRetainedDatabase(refusal))).toEqual([]);
});

type Failed = ReturnType<typeof failEachCreation>;

const results = new Map<string, Failed>();

/** By the resource that fails, without empty entries. */
function entriesOf(name: (typeof VARIANT_NAMES)[number], list: (failed: Failed[number]) => readonly string[]): Record<string, readonly string[]> {
  const failed = results.get(name) ?? failEachCreation(modelTemplateOf(name));
  results.set(name, failed);
  return Object.fromEntries(failed.map((entry) => [entry.logicalId, list(entry)] as const).filter(([, found]) => found.length));
}
