// node secret-server.mjs <value>: answers as GetSecretValue of Secrets Manager does, and prints its port.
import { createServer } from 'node:http'

const server = createServer((request, response) => {
  let text = ''
  request.setEncoding('utf8').on('data', (part) => (text += part))
  request.on('end', () => {
    const isRead = request.headers['x-amz-target'] === 'secretsmanager.GetSecretValue' && request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ')
    const body = isRead ? { Name: JSON.parse(text).SecretId, SecretString: process.argv[2], VersionStages: ['AWSCURRENT'] } : { __type: 'InvalidRequestException', message: 'GetSecretValue only' }
    response.writeHead(isRead ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
  })
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`))
