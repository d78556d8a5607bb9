import type { HttpResponse } from '../../core/http';

interface ErrorType {
  readonly status: number;
  readonly message: string;
  /** Value of the header `x-amzn-ErrorType`. */
  readonly code: string;
}

/**
 * The errors that API Gateway generates, by response type. `FUNCTION_ERROR` is not a type of API Gateway's: AWS documents only the
 * status, so it uses `DEFAULT_5XX`.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway-errors.html
 */
export const GATEWAY_ERRORS = {
  MISSING_AUTHENTICATION_TOKEN: { status: 403, message: 'Missing Authentication Token', code: 'MissingAuthenticationTokenException' },
  INVALID_API_KEY: { status: 403, message: 'Forbidden', code: 'ForbiddenException' },
  REQUEST_TOO_LARGE: { status: 413, message: 'Request Too Long', code: 'RequestTooLargeException' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, message: 'Unsupported Media Type', code: 'UnsupportedMediaTypeException' },
  THROTTLED: { status: 429, message: 'Too Many Requests', code: 'TooManyRequestsException' },
  API_CONFIGURATION_ERROR: { status: 500, message: 'Internal server error', code: 'InternalServerErrorException' },
  INTEGRATION_FAILURE: { status: 500, message: 'Internal server error', code: 'InternalServerErrorException' },
  FUNCTION_ERROR: { status: 502, message: 'Internal server error', code: 'InternalServerErrorException' },
  INTEGRATION_TIMEOUT: { status: 504, message: 'Endpoint request timed out', code: 'InternalServerErrorException' },
} as const satisfies Record<string, ErrorType>;

export type GatewayErrorType = keyof typeof GATEWAY_ERRORS;

/** A request fails with a response that API Gateway generates. */
export class GatewayError extends Error {
  public constructor(public readonly type: GatewayErrorType, public readonly servedBy?: HttpResponse['servedBy']) {
    super(GATEWAY_ERRORS[type].message);
  }
}
