import { setTimeout as sleep } from "node:timers/promises";
import * as oauth from "oauth4webapi";
import { toSignInError } from "./refusals.ts";
import { CLIENT, NO_SECRET, SCOPE, toRequestOptions, type Site } from "./site.ts";

// RFC 8628, 3.5: the interval where the server names none, and what slow_down adds to it.
const INTERVAL_S = 5;
const SLOWER_S = 5;

/** Shows a code to enter in a browser anywhere, and asks until that is done (RFC 8628). */
export async function signInByDevice(site: Site, tell: (device: oauth.DeviceAuthorizationResponse) => Promise<void>): Promise<oauth.TokenEndpointResponse> {
  const { server, resource, baseUrl } = site;
  try {
    const response = await oauth.deviceAuthorizationRequest(server, CLIENT, NO_SECRET, { scope: SCOPE, resource }, toRequestOptions(baseUrl));
    const device = await oauth.processDeviceAuthorizationResponse(server, CLIENT, response);
    await tell(device);
    return await poll(site, device);
  } catch (error) {
    throw toSignInError(error, site);
  }
}

async function poll({ server, resource, baseUrl }: Site, { device_code, interval }: oauth.DeviceAuthorizationResponse): Promise<oauth.TokenEndpointResponse> {
  let waitS = interval ?? INTERVAL_S;
  for (;;) {
    await sleep(waitS * 1_000);
    const options = { ...toRequestOptions(baseUrl), additionalParameters: { resource } };
    const response = await oauth.deviceCodeGrantRequest(server, CLIENT, NO_SECRET, device_code, options);
    try {
      return await oauth.processDeviceCodeResponse(server, CLIENT, response);
    } catch (error) {
      const code = error instanceof oauth.ResponseBodyError ? error.error : null;
      // It ends by itself: the server answers expired_token once the code is too old.
      if (code !== "authorization_pending" && code !== "slow_down") throw error;
      if (code === "slow_down") waitS += SLOWER_S;
    }
  }
}
