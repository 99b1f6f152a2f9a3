package botfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"hookline/shared/bot"
)

// yamlReader makes nodes of YAML. Aliases are written out, and what they cost counts.
type yamlReader struct {
	anchors map[string]ast.Node
	nodes   int
}

func parseYAML(data []byte) (*node, *bot.Problem) {
	if values(data) > maxNodes {
		return nil, &bot.Problem{Line: 1, Message: fmt.Sprintf("more than %d values", maxNodes)}
	}
	tokens := lexer.Tokenize(string(data))
	if line := deepLine(tokens); line > 0 {
		return nil, &bot.Problem{Line: line, Message: fmt.Sprintf("nested deeper than %d", maxDepth)}
	}
	if line := wideLine(tokens); line > 0 {
		return nil, &bot.Problem{Line: line, Message: "too many fields side by side: write the file as JSON"}
	}
	file, err := parser.Parse(tokens, 0)
	if err != nil {
		return nil, explainSyntax(err)
	}
	body, problem := onlyBody(file)
	if problem != nil {
		return nil, problem
	}
	r := &yamlReader{anchors: map[string]ast.Node{}}
	return r.node(body, 0)
}

func onlyBody(file *ast.File) (ast.Node, *bot.Problem) {
	var body ast.Node
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if doc.Body.Type() == ast.DirectiveType {
			return nil, problemAt(doc.Body, "directives (%…) are not taken; text that starts with % must be quoted")
		}
		if body != nil {
			return nil, problemAt(doc.Body, "a second document: a bot file is one document, without ---")
		}
		body = doc.Body
	}
	if body == nil {
		return nil, &bot.Problem{Line: 1, Message: "the file is empty: it starts with bot: NAME"}
	}
	return body, nil
}

func problemAt(n ast.Node, message string) *bot.Problem {
	return &bot.Problem{Line: n.GetToken().Position.Line, Message: message}
}

func (r *yamlReader) node(in ast.Node, depth int) (*node, *bot.Problem) {
	if r.nodes++; r.nodes > maxNodes {
		return nil, problemAt(in, fmt.Sprintf("more than %d values, aliases written out", maxNodes))
	}
	if depth > maxDepth {
		return nil, problemAt(in, fmt.Sprintf("nested deeper than %d", maxDepth))
	}
	switch in := in.(type) {
	case *ast.MappingNode:
		return r.mapping(in, depth)
	case *ast.SequenceNode:
		return r.sequence(in, depth)
	case *ast.AnchorNode:
		out, problem := r.node(in.Value, depth)
		// Only now: an alias inside its own anchor would never end.
		r.anchors[in.Name.GetToken().Value] = in.Value
		return out, problem
	case *ast.AliasNode:
		name := in.Value.GetToken().Value
		anchored, ok := r.anchors[name]
		if !ok {
			return nil, problemAt(in, fmt.Sprintf("alias *%s: no anchor &%s stands before it; text that starts with * must be quoted", name, name))
		}
		return r.node(anchored, depth+1)
	}
	return scalarNode(in)
}

func (r *yamlReader) mapping(in *ast.MappingNode, depth int) (*node, *bot.Problem) {
	out := &node{kind: object, line: in.GetToken().Position.Line}
	for i, pair := range in.Values {
		at := pair.Key.GetToken()
		switch pair.Key.(type) {
		case *ast.MergeKeyNode:
			return nil, problemAt(pair.Key, "merge keys (<<) are not taken: write the fields out, or use an alias for the whole value")
		case *ast.MappingKeyNode, *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
			return nil, problemAt(pair.Key, "the name of a field must be plain or quoted text")
		}
		if i == 0 {
			out.line = at.Position.Line
		}
		value, problem := r.node(pair.Value, depth+1)
		if problem != nil {
			return nil, problem
		}
		out.keys = append(out.keys, key{at.Value, at.Position.Line})
		out.items = append(out.items, value)
	}
	return out, nil
}

func (r *yamlReader) sequence(in *ast.SequenceNode, depth int) (*node, *bot.Problem) {
	out := &node{kind: list, line: in.GetToken().Position.Line}
	for _, item := range in.Values {
		value, problem := r.node(item, depth+1)
		if problem != nil {
			return nil, problem
		}
		out.items = append(out.items, value)
	}
	return out, nil
}

func scalarNode(in ast.Node) (*node, *bot.Problem) {
	at := in.GetToken()
	out := &node{line: at.Position.Line, scalar: at.Value}
	switch in := in.(type) {
	case *ast.NullNode:
		out.kind = null
	case *ast.BoolNode:
		out.kind, out.scalar = boolean, strings.ToLower(at.Value)
	case *ast.IntegerNode, *ast.FloatNode:
		out.kind = number
		if !json.Valid([]byte(at.Value)) {
			// It may be a credential, so it is not repeated.
			return nil, problemAt(in, "a number is written in decimal digits, text that looks like one in quotes")
		}
	case *ast.InfinityNode, *ast.NanNode:
		return nil, problemAt(in, "infinity and not-a-number are no values here; as text they must be quoted")
	case *ast.StringNode:
		out.kind, out.scalar = text, in.Value
	case *ast.LiteralNode:
		out.kind, out.scalar = text, in.Value.Value
	case *ast.TagNode:
		return nil, problemAt(in, "tags (!…) are not taken; text that starts with ! must be quoted")
	default:
		return nil, problemAt(in, "not a value of a bot file")
	}
	return out, nil
}

// explainSyntax says of the parser's error what an author most likely meant.
func explainSyntax(err error) *bot.Problem {
	wrong, ok := errors.AsType[yaml.Error](err)
	if !ok || wrong.GetToken() == nil {
		return &bot.Problem{Line: 1, Message: "not YAML"}
	}
	at, message := wrong.GetToken(), wrong.GetMessage()
	if !strings.HasPrefix(message, "mapping key") {
		// What it quotes of the file may be a credential.
		message, _, _ = strings.Cut(message, `: "`)
	}
	return &bot.Problem{Line: at.Position.Line, Message: message + syntaxHint(at, message)}
}

func syntaxHint(at *token.Token, message string) string {
	before := ""
	if at.Prev != nil {
		before = at.Prev.Value
	}
	switch {
	case at.Type == token.MappingStartType && strings.HasSuffix(before, "$"):
		return "; inside […] and {…} a ${NAME} must be quoted: \"${NAME}\""
	case strings.Contains(message, "reserved character"):
		return ": put the text in quotes"
	case strings.ContainsRune(at.Value, '\t'):
		return ": indent with spaces, not with tabs"
	case strings.Contains(message, "mapping value is not allowed"), strings.Contains(message, "is not allowed in this context"):
		return ": text with ': ' in it, or that starts with a bracket, must be quoted"
	case strings.Contains(message, "flow map content"):
		return ": text that starts with { must be quoted, as \"{{ path }}\""
	}
	return ""
}
