/** The longest that a Lambda function may run, and that API Gateway waits for a streamed response, in seconds. */
export const LONGEST_REQUEST_SECONDS = 900;

/**
 * The largest upload in MB that passes through Lambda: 6 MB of payload, less base64 and the rest of the event.
 */
export const LARGEST_UPLOAD_MB = 4;
