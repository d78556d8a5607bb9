import type { EdgeFunction } from './edge-function';
import { MANAGED_CACHE_POLICIES, MANAGED_ORIGIN_REQUEST_POLICIES, type Forwarding } from './forwarding';
import { MANAGED_RESPONSE_HEADERS_POLICIES, type ResponseHeadersPolicy } from './response-headers-policy';

/** What distributions refer to: functions by ARN, policies by id, the managed ones among them. */
export class EdgeRegistry {
  public readonly functions = new Map<string, EdgeFunction>();
  public readonly originAccessControls = new Set<string>();
  public readonly cachePolicies = new Map<string, Forwarding>(Object.entries(MANAGED_CACHE_POLICIES));
  public readonly originRequestPolicies = new Map<string, Forwarding>(Object.entries(MANAGED_ORIGIN_REQUEST_POLICIES));
  public readonly responseHeadersPolicies = new Map<string, ResponseHeadersPolicy>(Object.entries(MANAGED_RESPONSE_HEADERS_POLICIES));
}
