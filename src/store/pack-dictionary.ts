// What packs of requests have in common. Packs that were written with it are read with it: it must never change.

/** The dictionary of shape 1; what is most common stands last. */
export const packDictionary: string = [
  '"slow_ms","trace","messages","calls","more_calls","request_headers","response_headers","data","result","truncated","volatile",["keep","count"],["rate",',
  '{"api":"","operation":"","method":"GET","host":"","path":"","at":,"ms":,"status":200},"name":"","level":"error","events":["msg":0',
  '"accept":"*/*","accept-encoding":"gzip, deflate, br","accept-language":"en-US,en;q=0.9","content-type":"application/json","content-length":"","host":"","x-forwarded-for":"","x-forwarded-port":"443","x-forwarded-proto":"https","x-amzn-trace-id":"Root=1-","authorization":"********","cache-control":"no-store"',
  'UNHANDLED_SERVER_ERROR","DEADLINE_EXCEEDED","INVALID_PARAMETER","NOT_FOUND","METHOD_NOT_ALLOWED","UNAUTHENTICATED","FORBIDDEN","MALFORMED_PATH',
  'Error: \\n    at handler (functions/.ts:1:1)\\n    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)\\n    at async ',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0","okhttp/4.12.0","python-requests/2.32.3","curl/8.7.1","axios/1.7.7","Go-http-client/2.0","node","undici',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36","Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36',
  'text/plain","text/html","application/octet-stream","application/problem+json","application/x-www-form-urlencoded","multipart/form-data","DELETE","PATCH","HEAD","OPTIONS","limit=20","/ping","GET /ping","live","api.","web.","127.0.0.1","::1',
  '"o":["list","get","put","create","update","delete"],"c":[200,200,200,200,201,204,304,400,401,403,404,409,500,503],"error",["],"error_description",["],["error_id",[1]],["stack",["',
  '{"n":10,"b":1795,"r":{"s":[0,100,200],"i":[1],"o":["","c":[200],"d":[1,2,3,4,5,6,7,8,9,10,11,12],"e":[,"f":[,"l":[1],"x":[604800],"a":[null],"m":[null],"k":[1]},"f":[["kind",[true]],["level",[true]],["time",[0]],["started",[0]],["message",[true]],["service",["',
  '"]],["stage",["live"]],["version",["26"]],["function",["-live-ServiceFunction"]],["operation",[true]],["method",["GET","GET","POST","PUT"]],["path",["/"]],["query",[null]],["status",[true]],["duration_ms",[true]],["length",[1]],["in_bytes",[true]],["out_bytes",[true]],["request_type",["application/json"]],["response_type",["application/json"]],["call_id",[3]],["call_path",[""]],["user",[""]],["ip",["192.",""]],["user_agent",[""]],["request_id",[1]],["gateway_id",[3]],["gateway_time",[0]],["cold_start",[true,null]],["memory_mb",[90,100]]]}',
].join('')
