// Command pubsub-emulator is Pub/Sub for tests: the in-memory server of Google's Go client, on this
// machine only. It prints its address and ends when its standard input does, and so with whoever
// started it.
package main

import (
	"fmt"
	"io"
	"os"

	"cloud.google.com/go/pubsub/v2/pstest"
)

func main() {
	server := pstest.NewServerWithAddress("127.0.0.1:0")
	defer server.Close()
	fmt.Println(server.Addr)
	_, _ = io.Copy(io.Discard, os.Stdin)
}
