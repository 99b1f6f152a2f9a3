package cli

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"hookline/shared/rehearse"
)

type testCommand struct {
	Files  []string `arg:"" name:"file" help:"Test files."`
	Update bool     `help:"Write down what the bot does as what is expected."`
	JUnit  string   `name:"junit" help:"File to write a JUnit report to." placeholder:"FILE" type:"path"`
}

func (testCommand) Help() string {
	return `Has the conversations that a test file writes down, without network or server, and compares. Exit code 1 if one fails.

  hookline test pizza.test.yaml
  hookline test --update pizza.test.yaml`
}

// tested is a test file and how its conversations went.
type tested struct {
	File          string        `json:"file"`
	Conversations []testedTalk  `json:"conversations"`
	took          time.Duration // of all
}

type testedTalk struct {
	Name     string   `json:"name"`
	Failures []string `json:"failures,omitempty"`
	took     time.Duration
}

func (c *testCommand) Run(ctx context.Context, s *session) error {
	var all []tested
	failed := false
	for _, name := range c.Files {
		result, err := c.file(ctx, s, name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, result)
		for _, talk := range result.Conversations {
			failed = failed || len(talk.Failures) > 0
		}
	}
	if c.JUnit != "" {
		if err := writeJUnit(c.JUnit, all); err != nil {
			return err
		}
	}
	if err := printAll(s, all, printTested); err != nil {
		return err
	}
	if failed && !c.Update {
		return errReported
	}
	return nil
}

// file has the conversations of one test file.
func (c *testCommand) file(ctx context.Context, s *session, name string) (tested, error) {
	data, err := readFile(name)
	if err != nil {
		return tested{}, cause(err)
	}
	file, err := rehearse.Read(data)
	if err != nil {
		return tested{}, err
	}
	bots, problems := s.read([]string{filepath.Join(filepath.Dir(name), file.Bot)})
	if err := s.complain(problems); err != nil {
		return tested{}, err
	}
	results, err := rehearse.Play(ctx, file, bots[0].def, s.Providers)
	if err != nil {
		return tested{}, err
	}
	result := tested{File: name, Conversations: []testedTalk{}}
	for i, r := range results {
		result.Conversations = append(result.Conversations, testedTalk{r.Name, r.Failures, r.Took})
		result.took += r.Took
		file.Conversations[i] = r.Played
	}
	if c.Update {
		text, err := rehearse.Write(file)
		if err != nil {
			return result, err
		}
		if !bytes.Equal(text, data) {
			return result, os.WriteFile(name, text, 0o644)
		}
	}
	return result, nil
}

func printTested(w io.Writer, t tested) {
	failed := 0
	for _, talk := range t.Conversations {
		if len(talk.Failures) == 0 {
			continue
		}
		failed++
		fmt.Fprintf(w, "%s: %s\n", t.File, talk.Name)
		for _, failure := range talk.Failures {
			fmt.Fprintf(w, "  %s\n", failure)
		}
	}
	fmt.Fprintf(w, "%s: %d conversations, %d failed, %s\n", t.File, len(t.Conversations), failed, t.took.Round(time.Millisecond/10))
}

// The form that CI servers read: https://github.com/testmoapp/junitxml.
type (
	junitReport struct {
		XMLName xml.Name     `xml:"testsuites"`
		Suites  []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Time     string      `xml:"time,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		Time    string        `xml:"time,attr"`
		Failure *junitFailure `xml:"failure"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

func writeJUnit(name string, all []tested) error {
	var report junitReport
	for _, t := range all {
		suite := junitSuite{Name: t.File, Tests: len(t.Conversations), Time: seconds(t.took)}
		for _, talk := range t.Conversations {
			one := junitCase{Name: talk.Name, Class: t.File, Time: seconds(talk.took)}
			if len(talk.Failures) > 0 {
				suite.Failures++
				one.Failure = &junitFailure{Message: fmt.Sprintf("%d failures", len(talk.Failures)), Text: strings.Join(talk.Failures, "\n")}
			}
			suite.Cases = append(suite.Cases, one)
		}
		report.Suites = append(report.Suites, suite)
	}
	text, err := xml.MarshalIndent(report, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append([]byte(xml.Header), append(text, '\n')...), 0o644)
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
