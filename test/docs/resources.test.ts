import { CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { pageAt, rowsOf } from './kit/pages';
import { quoted } from './kit/quoted';
import { EDGE, EDGE_REGION_VARIANTS, stackIn, VARIANTS } from '../../fixtures/variants';

const rows = rowsOf(pageAt('docs/resources.md')).map(({ path, resource }) => ({ path: quoted(path)[0], type: quoted(resource)[0] }));

const chats = [
  VARIANTS.minimal(stackIn()), VARIANTS.maximal(stackIn()), VARIANTS['code-build-in-vpc'](stackIn()), VARIANTS['code-build'](stackIn()),
  EDGE_REGION_VARIANTS['domain-with-made-certificate'](stackIn(EDGE)),
];

function childAt(root: IConstruct, path: string): IConstruct | undefined {
  return path.split('/').reduce<IConstruct | undefined>((construct, id) => construct?.node.tryFindChild(id), root);
}

function typeOf(construct: IConstruct): string {
  return ((CfnResource.isCfnResource(construct) ? construct : construct.node.defaultChild) as CfnResource).cfnResourceType;
}

test.each(rows)('$path is a $type', ({ path, type }) => {
  const found = chats.flatMap((chat) => childAt(chat, path) ?? []);
  expect(new Set(found.map(typeOf))).toEqual(new Set([type]));
});

/** Instances are numbered, and the table contains one of several alarms and metrics. */
const represented = (path: string) => path.replace(/Instance\d+/, 'Instance1').replace(/^Alarms\/\w+/, 'Alarms/ApiServerErrors').replace(/^LogMetrics\/\w+/, 'LogMetrics/FailedStarts');
const documented = (path: string) => rows.some((row) => `${represented(path)}/`.startsWith(`${row.path}/`));

test('every resource is below a path of the table', () => {
  const paths = chats.flatMap((chat) => chat.node.findAll().filter((construct) => CfnResource.isCfnResource(construct))
    .map((resource) => resource.node.path.slice(chat.node.path.length + 1)));
  expect(paths.length).toBeGreaterThan(100);
  expect(paths.filter((path) => !documented(path))).toEqual([]);
});
