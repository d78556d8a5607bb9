import { parseArguments, runCommand } from '../cli/command';
import { table } from '../cli/table';
import { failEachCreation, type FailedCreation } from '../emulator/cloudformation/lifecycle/failures';
import { deleteInEachOrder, tryTransition } from '../emulator/cloudformation/lifecycle/transitions';
import { isForRetainedDatabase, isOfConstruct, modelTemplateOf, VARIANT_NAMES, type VariantName } from '../fixtures/lifecycle';

const USAGE = `Deploys every variant of the construct in a model of CloudFormation.

Usage: npx projen lifecycle [--updates]

Without an option: a failure is injected into each resource of a first deployment, which is rolled back.
  ok       no operation was rejected, and no resource remains
  refused  an operation of the rollback was rejected: the stack is in ROLLBACK_FAILED
  left     the rollback is complete, but resources remain

--updates  updates each variant to each other one, with a failure of each changed resource, and deletes the stack
  rejected  AWS does not accept the update, which is rolled back
`;

/** Locations by finding: a rejected operation or a remaining resource. */
type Findings = Map<string, Set<string>>;

function run({ updates }: { updates: boolean }): number {
  const findings: Findings = new Map();
  const rows = updates ? updateRows(findings) : creationRows(findings);
  const details = [...findings].map(([finding, where]) => `${finding}\n    ${[...where].join(', ')}`);
  process.stdout.write([table(rows), ...details, ''].join('\n\n'));
  return findings.size ? 1 : 0;
}

function creationRows(findings: Findings): string[][] {
  const columns = VARIANT_NAMES.map((name) => new Map(failEachCreation(modelTemplateOf(name)).map((failed) => [failed.logicalId, failed])));
  const types = new Map(columns.flatMap((column) => [...column.values()].map(({ logicalId, type }) => [logicalId, type])));
  const rows = [...types].sort(([, a], [, b]) => (a < b ? -1 : Number(a > b))).map(([logicalId, type]) => [
    type, logicalId, ...columns.map((column, index) => creationCell(column.get(logicalId), VARIANT_NAMES[index], findings)),
  ]);
  return [['type', 'failing resource', ...VARIANT_NAMES], ...rows];
}

function creationCell(failed: FailedCreation | undefined, name: VariantName, findings: Findings): string {
  if (!failed) return '';
  const left = failed.remaining.filter((id) => isOfConstruct(modelTemplateOf(name), id));
  note(findings, failed.refusals, `${name}: ${failed.logicalId}`);
  if (!failed.refusals.length) note(findings, left.map((id) => `left: ${id}`), `${name}: ${failed.logicalId}`);
  return failed.refusals.length ? 'refused' : left.length ? 'left' : 'ok';
}

function updateRows(findings: Findings): string[][] {
  return [['from \\ to', ...VARIANT_NAMES, 'deletion'], ...VARIANT_NAMES.map((from) => [
    from, ...VARIANT_NAMES.map((to) => (from === to ? '' : updateCell(from, to, findings))), deletionCell(from, findings),
  ])];
}

function updateCell(from: VariantName, to: VariantName, findings: Findings): string {
  const { rejected, refusals, remaining, changed } = tryTransition(modelTemplateOf(from), modelTemplateOf(to));
  const refused = refusals.filter((refusal) => !isForRetainedDatabase(refusal));
  const left = remaining.filter((id) => isOfConstruct(modelTemplateOf(to), id));
  note(findings, [...refused, ...left.map((id) => `left: ${id}`)], `${from} → ${to}`);
  return `${changed} ${refused.length ? 'refused' : left.length ? 'left' : rejected.length ? 'rejected' : 'ok'}`;
}

function deletionCell(name: VariantName, findings: Findings): string {
  const refused = deleteInEachOrder(modelTemplateOf(name)).filter((refusal) => !isForRetainedDatabase(refusal));
  note(findings, refused, `${name}: deletion`);
  return refused.length ? 'refused' : 'ok';
}

function note(findings: Findings, found: readonly string[], where: string): void {
  for (const finding of found) findings.set(finding, (findings.get(finding) ?? new Set()).add(where));
}

void runCommand({
  usage: USAGE,
  failure: 'a deletion was rejected, or resources remain',
  read: (args) => ({ updates: parseArguments(args, { options: { updates: { type: 'boolean', default: false } } }).values.updates }),
  run,
});
