import { pageAt, rowsOf } from './kit/pages';
import { quoted } from './kit/quoted';
import { VARIANTS } from '../../fixtures/variants';
import { statements, templateOf, type Resource } from '../src/reading';

const rows = rowsOf(pageAt('docs/security.md'));

function templates() {
  return (Object.keys(VARIANTS) as Array<keyof typeof VARIANTS>).map((name) => templateOf(name).toJSON() as { Resources: Record<string, Resource> });
}

test('its table of cdk-nag\'s rules has each that is accepted, with the reason, and no other', () => {
  const accepted = templates().flatMap(({ Resources }) => Object.values(Resources))
    .flatMap(({ Metadata }) => (Metadata?.cdk_nag?.rules_to_suppress ?? []) as Array<{ id: string; reason: string }>)
    .map(({ id, reason }) => `${id.replace('AwsSolutions-', '')}: ${reason}`);
  const stated = rows.filter((row) => row.rule).map((row) => `${row.rule}: ${row['why it is accepted']}`);
  expect(new Set(stated)).toEqual(new Set(accepted));
});

test('its table of permissions has each action of the function\'s role, and no other', () => {
  const allowed = statements(templateOf('minimal'), 'BackendRole').flatMap((statement) => statement.split(' on ')[0].split(' '));
  const stated = rows.filter((row) => row.actions && row.resources).flatMap((row) => quoted(row.actions));
  expect(new Set(stated)).toEqual(new Set(allowed));
});
