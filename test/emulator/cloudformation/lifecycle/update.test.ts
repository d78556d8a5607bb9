import { newAccount } from '../../../../emulator/cloudformation/lifecycle/failures';
import { ModelStack } from '../../../../emulator/cloudformation/lifecycle/model-stack';
import { deleteInEachOrder, tryTransition } from '../../../../emulator/cloudformation/lifecycle/transitions';
import { isForRetainedDatabase, isOfConstruct, modelTemplateOf, movesData, VARIANT_NAMES, type VariantName } from '../../../../fixtures/lifecycle';

const PAIRS = VARIANT_NAMES.flatMap((from) => VARIANT_NAMES.filter((to) => to !== from).map((to): [VariantName, VariantName] => [from, to]));

describe('the deletion of a stack that is in use', () => {
  test.each(VARIANT_NAMES)('%s: is accepted, in any order that dependencies allow', (name) => {
    expect(deleteInEachOrder(modelTemplateOf(name)).filter((refusal) => !isForRetainedDatabase(refusal))).toEqual([]);
  });

  test('keeps a retained database complete: its instances, subnet group, security group and password', () => {
    const template = modelTemplateOf('maximal');
    const stack = new ModelStack(newAccount(template));
    stack.deploy(template);
    const database = () => stack.account.all().filter(({ id }) => /Database(Cluster|Instance)/.test(id)).map(({ type }) => type).filter((type) => !/Egress|Ingress|Attachment/.test(type));
    const before = database();
    stack.delete();
    expect(before).toContain('AWS::DocDB::DBCluster');
    expect(database()).toEqual(before);
  });
});

describe('an update to another variant of a stack that is in use', () => {
  test.each(PAIRS.filter(([from, to]) => !movesData(from, to)))('%s → %s: is accepted', (from, to) => {
    expect(transition(from, to).rejected).toEqual([]);
  });

  test.each(PAIRS.filter(([from, to]) => movesData(from, to)))('%s → %s: is rejected, because Redis or the database would move to another VPC', (from, to) => {
    expect(transition(from, to).rejected).toEqual([expect.stringContaining('The new Subnets are not in the same Vpc as the existing subnet group')]);
  });

  test.each(PAIRS)('%s → %s: succeeds or is rolled back without a refusal, whichever resource fails, and can be deleted afterwards', (from, to) => {
    expect(transition(from, to).refusals.filter((refusal) => !isForRetainedDatabase(refusal))).toEqual([]);
  });

  test.each(PAIRS)('%s → %s: leaves nothing of a failed update', (from, to) => {
    const template = modelTemplateOf(to);
    expect(transition(from, to).remaining.filter((id) => isOfConstruct(template, id))).toEqual([]);
  });
});

const results = new Map<string, ReturnType<typeof tryTransition>>();

function transition(from: VariantName, to: VariantName): ReturnType<typeof tryTransition> {
  const key = `${from} ${to}`;
  const result = results.get(key) ?? tryTransition(modelTemplateOf(from), modelTemplateOf(to));
  results.set(key, result);
  return result;
}
