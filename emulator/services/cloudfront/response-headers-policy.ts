import { withHeaders, withoutHeaders, type Header } from '../../core/http';

/** Headers that CloudFront adds to responses. */
export interface ResponseHeadersPolicy {
  /** `override`: replaces the origin's header. */
  readonly headers: readonly { readonly name: string; readonly value: string; readonly override: boolean }[];
  readonly removed: readonly string[];
}

/** @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-response-headers-policies.html */
export const MANAGED_RESPONSE_HEADERS_POLICIES: Readonly<Record<string, ResponseHeadersPolicy>> = {
  // SecurityHeadersPolicy
  '67f7725c-6f97-4210-82d7-5512b31e9d03': {
    headers: [
      { name: 'Strict-Transport-Security', value: 'max-age=31536000', override: false },
      { name: 'X-Content-Type-Options', value: 'nosniff', override: true },
      { name: 'X-Frame-Options', value: 'SAMEORIGIN', override: false },
      { name: 'X-XSS-Protection', value: '1; mode=block', override: false },
      { name: 'Referrer-Policy', value: 'strict-origin-when-cross-origin', override: false },
    ],
    removed: [],
  },
};

export function applyResponseHeadersPolicy(headers: readonly Header[], policy: ResponseHeadersPolicy | undefined): Header[] {
  let result = withoutHeaders(headers, policy?.removed ?? []);
  for (const { name, value, override } of policy?.headers ?? []) {
    const present = result.some(([other]) => other.toLowerCase() === name.toLowerCase());
    if (override || !present) result = withHeaders(result, [[name, value]]);
  }
  return result;
}

interface Config {
  readonly CustomHeadersConfig?: { readonly Items?: { Header: string; Value: string; Override: boolean }[] };
  readonly RemoveHeadersConfig?: { readonly Items?: { Header: string }[] };
  readonly SecurityHeadersConfig?: {
    readonly ContentSecurityPolicy?: { ContentSecurityPolicy: string; Override: boolean };
    readonly ContentTypeOptions?: { Override: boolean };
    readonly FrameOptions?: { FrameOption: string; Override: boolean };
    readonly ReferrerPolicy?: { ReferrerPolicy: string; Override: boolean };
    readonly StrictTransportSecurity?: { AccessControlMaxAgeSec: number; IncludeSubdomains?: boolean; Preload?: boolean; Override: boolean };
  };
}

/** Reads the policy of a template. */
export function responseHeadersPolicyOf(config: Config): ResponseHeadersPolicy {
  const { CustomHeadersConfig, RemoveHeadersConfig, SecurityHeadersConfig: security = {} } = config;
  const add = (name: string, part: { Override: boolean } | undefined, value: string) => part ? [{ name, value, override: part.Override }] : [];
  const transport = security.StrictTransportSecurity;
  return {
    headers: [
      ...add('Content-Security-Policy', security.ContentSecurityPolicy, security.ContentSecurityPolicy?.ContentSecurityPolicy ?? ''),
      ...add('X-Content-Type-Options', security.ContentTypeOptions, 'nosniff'),
      ...add('X-Frame-Options', security.FrameOptions, security.FrameOptions?.FrameOption ?? ''),
      ...add('Referrer-Policy', security.ReferrerPolicy, security.ReferrerPolicy?.ReferrerPolicy ?? ''),
      ...add('Strict-Transport-Security', transport, `max-age=${transport?.AccessControlMaxAgeSec}`
        + `${transport?.IncludeSubdomains ? '; includeSubDomains' : ''}${transport?.Preload ? '; preload' : ''}`),
      ...(CustomHeadersConfig?.Items ?? []).map(({ Header: name, Value: value, Override: override }) => ({ name, value, override })),
    ],
    removed: (RemoveHeadersConfig?.Items ?? []).map(({ Header: name }) => name),
  };
}
