package api_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"hookline/infra/emulators"
	"hookline/shared/sqlitefile"
	"hookline/shared/store"
	"hookline/shared/store/dynamotable"
	"hookline/shared/store/sqlitetable"
)

// onDynamoDB is the variable that has the tests of this package run on DynamoDB.
const onDynamoDB = "API_TESTS_ON_DYNAMODB"

// newTable gives an empty table: on SQLite, or on DynamoDB in the run that TestOnDynamoDB starts.
func newTable(t *testing.T, now func() time.Time) store.Table {
	t.Helper()
	if os.Getenv(onDynamoDB) != "" {
		client := dynamodb.NewFromConfig(emulators.DynamoDB(t))
		return dynamotable.New(client, emulators.CreateTable(t, client), now)
	}
	file, err := sqlitefile.Open(filepath.Join(t.TempDir(), "hookline.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	table, err := sqlitetable.New(file, now)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// What the API does, it does on each database: all other tests of this package run once more.
func TestOnDynamoDB(t *testing.T) {
	server := emulators.DynamoDB(t).BaseEndpoint
	if testing.Short() {
		t.Skip("every test of the API once more")
	}
	again := exec.CommandContext(t.Context(), os.Args[0], "-test.skip=^"+t.Name()+"$")
	again.Env = append(os.Environ(), onDynamoDB+"=1", "TEST_DYNAMODB_URL="+*server)
	if out, err := again.CombinedOutput(); err != nil {
		t.Errorf("the tests of this package on DynamoDB: %v\n%s", err, out)
	}
}
