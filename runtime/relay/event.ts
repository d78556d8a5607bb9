/** API Gateway's REST proxy payload, version 1.0, as far as it is used. */
export interface ProxyEvent {
  readonly httpMethod: string;
  /** Without the stage, and percent-encoded as the viewer sent it. */
  readonly path: string;
  readonly headers?: Record<string, string> | null;
  readonly multiValueHeaders?: Record<string, string[]> | null;
  /** Decoded, other than the path. */
  readonly queryStringParameters?: Record<string, string> | null;
  readonly multiValueQueryStringParameters?: Record<string, string[]> | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
  readonly requestContext: { readonly requestId?: string; readonly identity?: { readonly sourceIp?: string } };
}

export function isProxyEvent(event: unknown): event is ProxyEvent {
  const candidate = event as Partial<ProxyEvent> | null;
  return typeof candidate?.httpMethod === 'string' && typeof candidate.path === 'string' && typeof candidate.requestContext === 'object';
}
