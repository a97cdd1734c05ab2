package trigger

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Functions are the URLs of functions. A key is an ARN, with or without a version
// or alias, or the name alone, with or without an alias.
type Functions map[string]*url.URL

var (
	functionARN  = regexp.MustCompile(`^arn:[a-z-]+:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,140}(:[A-Za-z0-9$_-]{1,128})?$`)
	functionName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,140}(:[A-Za-z0-9$_-]{1,128})?$`)
)

// ParseFunctions reads the operator's list of NAME=URL. Errors don't repeat a URL,
// because what lets others in may be part of it.
func ParseFunctions(items []string) (Functions, error) {
	list := Functions{}
	for _, item := range items {
		name, address, ok := strings.Cut(strings.TrimSpace(item), "=")
		if !ok || !functionARN.MatchString(name) && !functionName.MatchString(name) {
			return nil, errors.New("a function must be NAME=URL, the name being a function's ARN, its name, or its name and alias as in name:alias")
		}
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
			return nil, fmt.Errorf("the URL of %s must be an http or https URL without a user and a fragment", name)
		}
		if list[name] != nil {
			return nil, fmt.Errorf("the function %s has two URLs", name)
		}
		list[name] = u
	}
	return list, nil
}

// find gives the URL of the function that an ARN names, nil for none. The key that
// says most is taken: a whole ARN before a name, an alias before none.
func (f Functions) find(arn string) *url.URL {
	part := strings.Split(arn, ":") // arn, partition, lambda, region, account, function, name[, alias]
	if len(part) < 7 {
		return nil
	}
	keys := []string{arn, strings.Join(part[:7], ":"), strings.Join(part[6:], ":"), part[6]}
	i := slices.IndexFunc(keys, func(key string) bool { return f[key] != nil })
	if i < 0 {
		return nil
	}
	return f[keys[i]]
}
