// A provider of custom resources: MODE selects the fault. Only `undeletable` and `by-event` concern Delete requests.
const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;

(async () => {
  for (let attempt = 1; ; attempt++) {
    const next = await fetch(`${api}/next`);
    const event = await next.json();
    const id = next.headers.get('lambda-runtime-aws-request-id');
    const isDelete = event.RequestType === 'Delete';
    const mode = isDelete && !['by-event', 'undeletable'].includes(process.env.MODE) ? 'succeed' : process.env.MODE;
    if (mode === 'crash') process.exit(4);
    if (mode === 'throw' || (mode === 'recover' && attempt < 3)) {
      await fetch(`${api}/${id}/error`, { method: 'POST', body: `{"errorMessage":"thrown ${id} ${attempt}"}` });
      continue;
    }
    const { StackId, RequestId, LogicalResourceId } = event;
    const response = { StackId, RequestId, LogicalResourceId, Status: 'SUCCESS', PhysicalResourceId: 'physical', Data: { Event: JSON.stringify(event) } };
    if (mode === 'by-event') {
      const { Id, Fail } = event.ResourceProperties;
      Object.assign(response, { PhysicalResourceId: event.RequestType === 'Delete' ? event.PhysicalResourceId : Id, Data: {} });
      if (Fail && event.RequestType !== 'Delete') Object.assign(response, { Status: 'FAILED', Reason: 'it went wrong' });
    }
    if (mode === 'undeletable') Object.assign(response, { Status: 'FAILED', Reason: isDelete ? 'it stays' : 'it went wrong' });
    if (mode === 'fail') Object.assign(response, { Status: 'FAILED', Reason: 'it went wrong' });
    if (mode === 'long') response.Data.More = 'x'.repeat(4096);
    if (mode === 'mismatch') response.RequestId = 'other';
    if (mode === 'anonymous') delete response.PhysicalResourceId;
    if (mode !== 'silent') await fetch(event.ResponseURL, { method: 'PUT', body: JSON.stringify(response) });
    await fetch(`${api}/${id}/response`, { method: 'POST', body: 'null' });
  }
})();
