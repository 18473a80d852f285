package realerrors

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	recovery "github.com/jade-go/jade/recover"
)

func TestAWS(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { // the key says what is answered
		code, text, _ := strings.Cut(r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:], "-")
		w.Header().Set("Content-Type", "application/xml")
		number, _ := strconv.Atoi(code)
		w.WriteHeader(number)
		_, _ = fmt.Fprintf(w, "<Error><Code>%s</Code><Message>as asked</Message></Error>", text)
	}))
	t.Cleanup(server.Close)
	client := func(url string) *s3.Client {
		return s3.New(s3.Options{
			Region: "local", BaseEndpoint: aws.String(url), UsePathStyle: true, RetryMaxAttempts: 1,
			Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{AccessKeyID: "a", SecretAccessKey: "b"}, nil
			}),
		})
	}
	get := func(c *s3.Client, key string) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := c.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("shop"), Key: aws.String(key)})
			return err
		}
	}
	c := client(server.URL)
	check(t, []row{
		{"NoSuchKey", recovery.ClassUnknown, false, get(c, "404-NoSuchKey")},
		{"AccessDenied", recovery.ClassUnknown, false, get(c, "403-AccessDenied")},
		{"SlowDown", recovery.ClassDependency, true, get(c, "503-SlowDown")},
		{"InternalError", recovery.ClassDependency, true, get(c, "500-InternalError")},
		{"TooManyRequests", recovery.ClassDependency, true, get(c, "429-TooManyRequests")},
		{"ThrottlingException", recovery.ClassDependency, true, get(c, "400-ThrottlingException")},
		{"RequestTimeout", recovery.ClassDependency, true, get(c, "400-RequestTimeout")},
		{"a parameter that is missing", recovery.ClassUnknown, true, func(ctx context.Context) error {
			_, err := c.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("shop")})
			return err
		}},
		{"a server that is down", recovery.ClassDependency, true, get(client("http://"+address(freePort(t))), "x")},
		{"a deadline of ctx", recovery.ClassTimeout, true, func(ctx context.Context) error {
			ctx, cancel := context.WithTimeout(ctx, 1)
			defer cancel()
			return get(c, "x")(ctx)
		}},
	})
}
