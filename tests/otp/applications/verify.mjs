// An application that uses Twilio's SDK. The seam for the base URL is the SDK's own `httpClient`; see docs/otp.md.
import twilio from "twilio";

const { TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_VERIFY_SERVICE_SID, TWILIO_API_BASE } = process.env;

class Rebased extends twilio.RequestClient {
  request(options) {
    const { pathname, search } = new URL(options.uri);
    return super.request({ ...options, uri: TWILIO_API_BASE + pathname + search });
  }
}

const client = twilio(TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, { httpClient: new Rebased() });
const service = client.verify.v2.services(TWILIO_VERIFY_SERVICE_SID);
const actions = {
  start: async (to) => (await service.verifications.create({ to, channel: "sms" })).status,
  check: async (to, code) => (await service.verificationChecks.create({ to, code })).status,
  send: async (to, body) => (await client.messages.create({ to, body, from: "Offramp" })).sid,
};

const [action, ...values] = process.argv.slice(2);
try {
  console.log(await actions[action](...values));
} catch (error) {
  if (!error.code) throw error;
  console.log(error.status, error.code);
}
