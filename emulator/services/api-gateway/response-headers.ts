import type { Header } from '../../core/http';

/** API Gateway renames these to x-amzn-Remapped-*. */
const REMAPPED = ['authorization', 'connection', 'content-md5', 'date', 'max-forwards', 'server', 'user-agent', 'www-authenticate'];

/** API Gateway drops these. */
const DROPPED = ['expect', 'host', 'proxy-authenticate', 'te', 'transfer-encoding', 'trailer', 'upgrade'];

/**
 * The headers of an integration's response that the client receives.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
 */
export function clientHeaders(headers: readonly Header[]): Header[] {
  return headers
    .filter(([name]) => !DROPPED.includes(name.toLowerCase()))
    .map(([name, value]) => REMAPPED.includes(name.toLowerCase()) ? [`x-amzn-Remapped-${name}`, value] : [name, value]);
}
