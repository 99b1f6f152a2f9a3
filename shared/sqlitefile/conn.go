package sqlitefile

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

var (
	writerPragmas = []string{
		"busy_timeout=5000",
		"journal_mode=WAL",
		"synchronous=FULL",
		"wal_autocheckpoint=4000",
		"cache_size=-65536",
		"temp_store=MEMORY",
	}
	readerPragmas = []string{
		"busy_timeout=5000",
		"query_only=1",
		"cache_size=-16384",
		"temp_store=MEMORY",
	}
)

// synchronousFull is how PRAGMA synchronous reads back FULL.
const synchronousFull = 2

// Conn is a connection with its prepared statements, lent to one caller at a time.
type Conn struct {
	conn       *sql.Conn
	statements map[string]*sql.Stmt
	changed    bool // a row, since the current operation began
}

// set applies pragmas. Merely preparing one that sets something carries it out, so they stay clear of the prepared
// statements.
func (c *Conn) set(pragmas []string) error {
	for _, pragma := range pragmas {
		if _, err := c.conn.ExecContext(context.Background(), "PRAGMA "+pragma); err != nil {
			return fmt.Errorf("pragma %s: %w", pragma, err)
		}
	}
	return nil
}

// checkDurable refuses a connection whose settings did not hold: its commits would not wait for the disk.
func (c *Conn) checkDurable() error {
	var journal string
	if err := c.conn.QueryRowContext(context.Background(), "PRAGMA journal_mode").Scan(&journal); err != nil {
		return err
	}
	var synchronous int
	if err := c.conn.QueryRowContext(context.Background(), "PRAGMA synchronous").Scan(&synchronous); err != nil {
		return err
	}
	if journal != "wal" || synchronous != synchronousFull {
		return fmt.Errorf("journal_mode is %s, want wal; synchronous is %d, want %d",
			journal, synchronous, synchronousFull)
	}
	return nil
}

// close closes the statements, too: SQLite keeps a connection that has some until they are gone.
func (c *Conn) close() error {
	var errs []error
	for _, statement := range c.statements {
		errs = append(errs, statement.Close())
	}
	return errors.Join(append(errs, c.conn.Close())...)
}

// prepared gives the statement of a query. A context that can end would cost a goroutine for each statement; operations
// are short and are not interrupted.
func (c *Conn) prepared(query string) (*sql.Stmt, error) {
	if statement, ok := c.statements[query]; ok {
		return statement, nil
	}
	statement, err := c.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	c.statements[query] = statement
	return statement, nil
}

// Exec runs a statement that changes rows and gives their number.
func (c *Conn) Exec(query string, args ...any) (int64, error) {
	result, err := c.exec(query, args)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// Insert runs a statement that adds one row and gives its rowid.
func (c *Conn) Insert(query string, args ...any) (int64, error) {
	result, err := c.exec(query, args)
	if err != nil {
		return 0, err
	}
	return result.LastInsertId()
}

func (c *Conn) exec(query string, args []any) (sql.Result, error) {
	statement, err := c.prepared(query)
	if err != nil {
		return nil, err
	}
	result, err := statement.Exec(args...)
	if err != nil {
		return nil, err
	}
	if rows, err := result.RowsAffected(); err != nil || rows > 0 {
		c.changed = true
	}
	return result, nil
}

// Query runs a SELECT.
func (c *Conn) Query(query string, args ...any) (*sql.Rows, error) {
	statement, err := c.prepared(query)
	if err != nil {
		return nil, err
	}
	return statement.Query(args...)
}

// Row runs a SELECT of at most one row into dest; found is false if there is none.
func (c *Conn) Row(query string, args []any, dest ...any) (found bool, err error) {
	rows, err := c.Query(query, args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	if !rows.Next() {
		return false, rows.Err()
	}
	return true, rows.Scan(dest...)
}
