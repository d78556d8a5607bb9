import type { Distribution } from './distribution';
import type { EdgeFunction } from './edge-function';
import { MANAGED_CACHE_POLICIES, MANAGED_ORIGIN_REQUEST_POLICIES, type Forwarding } from './forwarding';
import { MANAGED_RESPONSE_HEADERS_POLICIES, type ResponseHeadersPolicy } from './response-headers-policy';

/** CloudFront's distributions and the resources they reference: functions by ARN; policies by id, including managed ones. */
export class CloudFrontService {
  public readonly distributions: Distribution[] = [];
  /** Local URL of the distribution, once it listens. */
  public localUrl?: string;
  /** Host names of the distribution. */
  public readonly publicHosts = new Set<string>();
  public readonly functions = new Map<string, EdgeFunction>();
  public readonly originAccessControls = new Set<string>();
  public readonly cachePolicies = new Map<string, Forwarding>(Object.entries(MANAGED_CACHE_POLICIES));
  public readonly originRequestPolicies = new Map<string, Forwarding>(Object.entries(MANAGED_ORIGIN_REQUEST_POLICIES));
  public readonly responseHeadersPolicies = new Map<string, ResponseHeadersPolicy>(Object.entries(MANAGED_RESPONSE_HEADERS_POLICIES));
}
