// An application that uses Twilio's SDK. The seam for the base URL is the SDK's own HTTP client; see docs/otp.md.
import com.twilio.exception.ApiException;
import com.twilio.http.NetworkHttpClient;
import com.twilio.http.TwilioRestClient;
import com.twilio.rest.api.v2010.account.Message;
import com.twilio.rest.verify.v2.service.Verification;
import com.twilio.rest.verify.v2.service.VerificationCheck;
import com.twilio.type.PhoneNumber;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.net.URIAuthority;

public class Verify {
    static HttpClientBuilder rebased(HttpHost base) {
        return HttpClientBuilder.create()
            .setRoutePlanner((target, context) -> new HttpRoute(base, null, "https".equals(base.getSchemeName())))
            .addRequestInterceptorFirst((request, entity, context) -> request.setAuthority(new URIAuthority(base)));
    }

    public static void main(String[] words) throws Exception {
        HttpHost base = HttpHost.create(System.getenv("TWILIO_API_BASE"));
        TwilioRestClient client =
            new TwilioRestClient.Builder(System.getenv("TWILIO_ACCOUNT_SID"), System.getenv("TWILIO_AUTH_TOKEN"))
                .httpClient(new NetworkHttpClient(rebased(base)))
                .build();
        String service = System.getenv("TWILIO_VERIFY_SERVICE_SID"), to = words[1];
        try {
            System.out.println(switch (words[0]) {
                case "start" -> Verification.creator(service, to, "sms").create(client).getStatus();
                case "check" ->
                    VerificationCheck.creator(service).setTo(to).setCode(words[2]).create(client).getStatus();
                default ->
                    Message.creator(new PhoneNumber(to), new PhoneNumber("Offramp"), words[2]).create(client).getSid();
            });
        } catch (ApiException error) {
            System.out.println(error.getStatusCode() + " " + error.getCode());
        }
    }
}
