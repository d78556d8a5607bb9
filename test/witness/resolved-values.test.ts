import type { ResolvedResource } from '../../fixtures/witness/comparable-template';
import { differencesOf } from '../../fixtures/witness/resolved-values';

const ACCOUNT = '123456789012';

/** Outputs of a stack with a server, and a function that connects to it. */
function outputs(port: string, uri: string): Record<string, string> {
  const server: ResolvedResource = { id: 'Server', type: 'AWS::ElastiCache::ReplicationGroup', ref: 'Server', attributes: { Port: port }, properties: {} };
  const properties = { Uri: uri, Role: `arn:aws:iam::${ACCOUNT}:role/r`, Hash: 'a34567f' };
  const client: ResolvedResource = { id: 'Client', type: 'AWS::Lambda::Function', ref: 'Client', attributes: {}, properties };
  return { Server: JSON.stringify(server), Client: JSON.stringify(client) };
}

const pathsOf = (ours: Record<string, string>, theirs: Record<string, string>) => differencesOf('stack', ours, theirs).map(({ path }) => path);

test('a port is compared by the server that has it, also if an account or a hash contains its digits', () => {
  expect(pathsOf(outputs('34567', 'rediss://host:34567'), outputs('6379', 'rediss://host:6379'))).toEqual(['Server.Port']);
});

test('another port than that of the server is a difference', () => {
  expect(pathsOf(outputs('34567', 'rediss://host:34568'), outputs('6379', 'rediss://host:6379'))).toContain('Client.properties.Uri');
});
