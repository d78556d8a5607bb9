import { pageAt, rowsOf } from './kit/pages';
import { quoted } from './kit/quoted';
import { templateOf, type Resource } from '../src/reading';

const COLUMN = 'logical id, for a construct `chat`';

/** Deletion policies of CloudFormation, by the words of the page. */
const POLICIES: Readonly<Record<string, string>> = { 'kept': 'RetainExceptOnCreate', 'a final snapshot': 'Snapshot', 'deleted': 'Delete' };

const stated = rowsOf(pageAt('docs/upgrading.md')).filter((row) => row[COLUMN]).flatMap((row) => {
  const [fate] = row['when the stack is deleted, without `removalpolicy`'].split(/[;,]/);
  return quoted(row[COLUMN]).map((id) => [id, fate] as const);
});

function find(id: string): Resource | undefined {
  const forms = [templateOf('minimal'), templateOf('code-build')];
  return forms.map((template) => (template.toJSON() as { Resources: Record<string, Resource> }).Resources[id]).find(Boolean);
}

test('resources with data are listed with their logical ids', () => {
  expect(stated.length).toBeGreaterThan(5);
});

test.each(stated)('%s is %s when the stack is deleted', (id, fate) => {
  expect(find(id)?.DeletionPolicy ?? 'Delete').toBe(POLICIES[fate]);
  expect(find(id)).toBeDefined();
});
