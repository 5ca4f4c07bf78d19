// A NestJS service with bleepay's routes. Decorators are applied by calls, as the TypeScript compiler writes them: then
// nothing has to be compiled.
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import {
  Body, Controller, Get, HttpCode, HttpException, Injectable, Module, Param, Post, UnauthorizedException, UseGuards,
  ValidationPipe,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { JwtModule, JwtService } from '@nestjs/jwt';
import { Throttle, ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import { Type } from 'class-transformer';
import { IsIn, IsNotEmptyObject, Length, ValidateNested } from 'class-validator';
import { __decorate, __metadata, __param } from 'tslib';

const { PORT, LIFETIME = 3600, WINDOW = 6, LOGINS = 5, CODES } = process.env;

// A new key ends all tokens.
let secret;
const newKey = () => { secret = randomBytes(32).toString('hex'); };
newKey();

// With CODES=1 errors are as bleepay's document has them. Only the values of code are documented.
const coded = (status, code, message) => new HttpException({ code, message }, status);

const validators = (dto, properties) => {
  for (const [name, decorators] of Object.entries(properties)) __decorate(decorators, dto.prototype, name, undefined);
};

class EmailPassword {}
validators(EmailPassword, { email: [Length(3, 128)], password: [Length(8, 256)] });

class MobileDevice {}
validators(MobileDevice, { installationId: [Length(32, 128)], password: [Length(32, 256)] });

class Resource {}
validators(Resource, { resource: [Length(4, 128)] });

const shapes = { 'email-password': EmailPassword, 'mobile-device': MobileDevice, resource: Resource };

class SignIn {}
validators(SignIn, {
  type: [IsIn(Object.keys(shapes))],
  data: [IsNotEmptyObject(), ValidateNested(), Type(({ object }) => shapes[object.type] ?? Object)],
});

// What a token's claims are for the right credentials. The last two are the document's examples.
const claims = {
  'email-password': ({ email, password }) =>
    email === 'me@example.com' && password === 'correct horse battery' && { userId: email },
  'mobile-device': ({ installationId, password }) =>
    installationId === 'a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4e5f6' &&
    password === 'your-device-password-minimum-32-chars' && { deviceId: installationId },
  resource: ({ resource }) => resource === 'voucher::context::code::A1B2C3' && { resource },
};

class BleepayThrottlerGuard extends ThrottlerGuard {
  async throwThrottlingException(context, detail) {
    if (CODES) throw coded(429, 'rate_limit', 'Too many sign-in attempts — wait and retry');
    return super.throwThrottlingException(context, detail);
  }
}

// As in the chapter on authentication of Nest's documentation.
class AuthGuard {
  constructor(jwt) { this.jwt = jwt; }

  async canActivate(context) {
    const request = context.switchToHttp().getRequest();
    const [type, token] = request.headers.authorization?.split(' ') ?? [];
    if (type !== 'Bearer' || !token) throw new UnauthorizedException();
    try {
      request.user = await this.jwt.verifyAsync(token, { secret });
    } catch {
      throw new UnauthorizedException();
    }
    return true;
  }
}
__decorate([Injectable(), __metadata('design:paramtypes', [JwtService])], AuthGuard);

class AuthController {
  constructor(jwt) { this.jwt = jwt; }

  async signIn({ type, data }) {
    const payload = claims[type](data);
    if (!payload) {
      if (CODES) throw coded(400, 'invalid_credentials', 'The provided credentials are invalid');
      throw new UnauthorizedException();
    }
    return { authorization: { token: await this.jwt.signAsync(payload, { secret }) } };
  }

  // As most services have it, and not bleepay.
  async login(body) {
    const payload = claims['email-password'](body);
    if (!payload) throw new UnauthorizedException();
    return { data: { accessToken: await this.jwt.signAsync(payload, { secret }) } };
  }
}
__decorate([Post('login'), __param(0, Body()), __metadata('design:paramtypes', [EmailPassword])],
  AuthController.prototype, 'login', null);
__decorate([Post('sign-in'), __param(0, Body()), __metadata('design:paramtypes', [SignIn])],
  AuthController.prototype, 'signIn', null);
__decorate([Controller('auth'), UseGuards(BleepayThrottlerGuard), __metadata('design:paramtypes', [JwtService])],
  AuthController);

class ItemsController {
  find(id) { return { id }; }
  create(item) { return item; }
}
__decorate([Get(':id'), __param(0, Param('id')), __metadata('design:paramtypes', [String])],
  ItemsController.prototype, 'find', null);
__decorate([Post(), __param(0, Body()), __metadata('design:paramtypes', [Object])],
  ItemsController.prototype, 'create', null);
__decorate([Controller('items'), UseGuards(AuthGuard)], ItemsController);

class LimitedController {
  find() { return { limited: true }; }
}
__decorate([Get(), Throttle({ short: { limit: 5, ttl: WINDOW * 1000 } })], LimitedController.prototype, 'find', null);
__decorate([Controller('limited'), UseGuards(BleepayThrottlerGuard, AuthGuard)], LimitedController);

class ControlController {
  revoke() { newKey(); }
}
__decorate([Post('revoke'), HttpCode(204)], ControlController.prototype, 'revoke', null);
__decorate([Controller('control')], ControlController);

class AppModule {}
__decorate([Module({
  imports: [
    JwtModule.register({ global: true, signOptions: { expiresIn: Number(LIFETIME) } }),
    // Two named windows: the service's documentation has a short one and one of 15 minutes with 300 requests.
    ThrottlerModule.forRoot([
      { name: 'short', ttl: WINDOW * 1000, limit: Number(LOGINS) },
      { name: 'long', ttl: 15 * 60 * 1000, limit: 300 },
    ]),
  ],
  controllers: [AuthController, ItemsController, LimitedController, ControlController],
})], AppModule);

const stock = new ValidationPipe().createExceptionFactory();
const exceptionFactory = CODES && ((errors) => errors.some(({ property }) => property === 'type')
  ? coded(400, 'invalid_type', 'The type field is missing or unsupported') : stock(errors));

const app = await NestFactory.create(AppModule);
app.setGlobalPrefix('api/v1', { exclude: ['control/revoke'] });
app.useGlobalPipes(new ValidationPipe({ exceptionFactory }));
await app.listen(PORT, '127.0.0.1');
