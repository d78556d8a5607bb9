import { GatewayError } from './gateway-error';
import type { Integration } from './rest-api';
import { headerValue, textResponse, type Header, type HttpResponse } from '../../core/http';

/** The response of a MOCK integration: the request template selects the status, and the integration response for that status the rest. */
export function mockResponse(integration: Integration, headers: readonly Header[], binaryMediaTypes: readonly string[]): HttpResponse {
  const contentType = (headerValue(headers, 'content-type') ?? 'application/json').split(';')[0].trim();
  const template = integration.RequestTemplates?.[contentType];
  const { PassthroughBehavior } = integration;
  if (template === undefined && (PassthroughBehavior === 'NEVER' || (PassthroughBehavior === 'WHEN_NO_TEMPLATES' && integration.RequestTemplates))) {
    throw new GatewayError('UNSUPPORTED_MEDIA_TYPE');
  }
  // All bodies count as binary then, and mapping templates do not support binary bodies.
  if (binaryMediaTypes.includes('*/*') && integration.ContentHandling !== 'CONVERT_TO_TEXT') throw new GatewayError('API_CONFIGURATION_ERROR');
  const wanted = statusOf(template);
  const responses = integration.IntegrationResponses ?? [];
  const response = responses.find(({ SelectionPattern }) => SelectionPattern && new RegExp(`^(?:${SelectionPattern})$`).test(wanted ?? ''))
    ?? responses.find(({ SelectionPattern }) => !SelectionPattern);
  if (!wanted || !response) throw new GatewayError('API_CONFIGURATION_ERROR');
  const mapped = Object.entries(response.ResponseParameters ?? {}).flatMap(([target, value]): Header[] => {
    const name = /^method\.response\.header\.(.+)$/.exec(target)?.[1];
    const fixed = /^'(.*)'$/s.exec(value)?.[1];
    return name && fixed !== undefined ? [[name, fixed]] : [];
  });
  return textResponse(Number(response.StatusCode), 'application/json', response.ResponseTemplates?.['application/json'] ?? '', mapped);
}

function statusOf(template: string | undefined): string | undefined {
  const status = /"?statusCode"?\s*:\s*(\d{3})/.exec(template ?? '')?.[1];
  return status;
}
