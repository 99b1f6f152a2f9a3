package match

import "errors"

// Search tells whether a pattern that is accepted is found in a text, with nothing before it that could rule it out.
func Search(source, text string) (bool, error) {
	p, _, err := newPattern(source)
	if err != nil {
		return false, err
	}
	p.opens = nil
	found := p.find(text)
	if p.compiled == nil {
		return false, errors.New("no program")
	}
	return found != nil, nil
}
