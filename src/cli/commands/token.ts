// klue token: a token for tests and for trying a service.
import { type Command, stageOption, textOption } from '../command.ts'
import { readClaims } from '../claims.ts'
import { misuse } from '../run.ts'

export const token: Command = {
  name: 'token',
  arguments: '',
  summary: 'Prints a token for a user.',
  options: {
    user: { type: 'string', value: 'ID', doc: 'Id of the user; `test-jwt-token` by default.' },
    'expires-in': { type: 'string', value: 'SECONDS', doc: 'How long the token is valid; `jwt_token_timeout` by default.' },
    claims: { type: 'string', value: 'JSON', doc: 'Further claims, a JSON object.' },
    stage: stageOption,
  },
  async run(call) {
    const { loadWhole } = await import('../stage.ts')
    const { generateToken } = await import('../../runtime/edge.ts')
    const loaded = await loadWhole(call.root, textOption(call, 'stage'), 'leave out')
    const expiresIn = textOption(call, 'expires-in')
    if (expiresIn !== undefined && !/^[1-9]\d*$/.test(expiresIn)) throw misuse(`--expires-in ${expiresIn} is no number of seconds`)
    const claims = readClaims(textOption(call, 'claims'))
    const { config } = loaded
    // Whoever may read the key of a deployed stage may make its tokens.
    const secret = config.stage === 'local' ? () => Promise.resolve(undefined) : (await import('../../deploy/index.ts')).openSigningKey(loaded)
    const source = { config, secret, now: Date.now }
    call.output.print(await generateToken(source, textOption(call, 'user') ?? 'test-jwt-token', { claims, ...(expiresIn === undefined ? {} : { expiresIn: Number(expiresIn) }) }))
    return 0
  },
}
