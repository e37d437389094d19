// An application that uses Twilio's SDK. The seam for the base URL is the SDK's own client; see docs/otp.md.
package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"

	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
	verify "github.com/twilio/twilio-go/rest/verify/v2"
)

type rebased struct{ client.Client }

func (it *rebased) SendRequest(method, rawURL string, data url.Values, headers map[string]interface{}, body ...byte) (*http.Response, error) {
	asked, err := url.Parse(rawURL)
	if err != nil {
		return nil, err
	}
	return it.Client.SendRequest(method, os.Getenv("TWILIO_API_BASE")+asked.RequestURI(), data, headers, body...)
}

func main() {
	account, token := os.Getenv("TWILIO_ACCOUNT_SID"), os.Getenv("TWILIO_AUTH_TOKEN")
	own := &rebased{client.Client{Credentials: client.NewCredentials(account, token)}}
	own.SetAccountSid(account)
	requests := client.NewRequestHandler(own)
	service := os.Getenv("TWILIO_VERIFY_SERVICE_SID")

	var said string
	var err error
	switch to := os.Args[2]; os.Args[1] {
	case "start":
		var made *verify.VerifyV2Verification
		made, err = verify.NewApiService(requests).CreateVerification(service, (&verify.CreateVerificationParams{}).SetTo(to).SetChannel("sms"))
		if err == nil {
			said = *made.Status
		}
	case "check":
		var made *verify.VerifyV2VerificationCheck
		made, err = verify.NewApiService(requests).CreateVerificationCheck(service, (&verify.CreateVerificationCheckParams{}).SetTo(to).SetCode(os.Args[3]))
		if err == nil {
			said = *made.Status
		}
	case "send":
		var made *api.ApiV2010Message
		made, err = api.NewApiService(requests).CreateMessage((&api.CreateMessageParams{}).SetTo(to).SetFrom("Offramp").SetBody(os.Args[3]))
		if err == nil {
			said = *made.Sid
		}
	}
	var refused *client.TwilioRestError
	if errors.As(err, &refused) {
		said = fmt.Sprint(refused.Status, " ", refused.Code)
	} else if err != nil {
		panic(err)
	}
	fmt.Println(said)
}
