// The service behind apis/login.yaml; served together with the build metrics.
import { defineService, type Handler, type Service } from 'klue/runtime'
import { login as loginSpec, type Operations } from './gen/login.ts'

const loginUser: Handler<Operations['login']> = async ({ body }, context) => {
  const user = await context.users.verify(body.username, body.password)
  const token = await context.generateToken(user.id, { claims: user.claims })
  return { token, expires_in: context.config.jwtTokenTimeout }
}

export const login: Service = defineService({ spec: loginSpec, handlers: { login: loginUser } })
