/** Headers that are about one connection only. @see https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1 */
const HOP_BY_HOP = [
  'connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade',
];

/** Names of headers that must not be forwarded, in lower case: the well-known ones and those that `Connection` lists. */
export function hopByHop(connection: readonly string[]): Set<string> {
  const listed = connection.flatMap((value) => value.split(',')).map((name) => name.trim().toLowerCase());
  return new Set([...HOP_BY_HOP, ...listed]);
}
