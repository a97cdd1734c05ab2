package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"idpond/internal/outbound"
	"idpond/internal/trigger"
)

// triggering is where the functions of triggers are (docs/triggers.md).
type triggering struct {
	Trigger           []string `name:"trigger" sep:"," placeholder:"NAME=URL" help:"URL of a function that pools name in their LambdaConfig: its ARN or name, and an http or https URL that takes events by POST (a comma in it is written %2C). May be given more than once. Addresses of your own network must also be opened with --allow-outbound."`
	TriggerSecret     string   `name:"trigger-secret" placeholder:"TEXT" help:"Sign events with this secret, of at least 16 characters, so that functions can tell who calls."`
	TriggerSecretFile string   `name:"trigger-secret-file" placeholder:"FILE" help:"File that holds the secret."`
}

const minTriggerSecret = 16

// validate says what is wrong, also with URLs that the guard can never admit.
func (t triggering) validate(guard *outbound.Guard) error {
	functions, err := trigger.ParseFunctions(t.Trigger)
	if err != nil {
		return fmt.Errorf("--trigger: %w", err)
	}
	for name, u := range functions {
		if !guard.Admits(u) {
			return fmt.Errorf("--trigger: the URL of %s must be https, or %s must be opened with --allow-outbound", name, u.Hostname())
		}
	}
	_, err = t.secret()
	return err
}

// secret is what events are signed with, "" for nothing.
func (t triggering) secret() (string, error) {
	secret := t.TriggerSecret
	if t.TriggerSecretFile != "" {
		if secret != "" {
			return "", errors.New("only one of --trigger-secret and --trigger-secret-file can be given")
		}
		text, err := os.ReadFile(t.TriggerSecretFile)
		if err != nil {
			return "", fmt.Errorf("the file of the triggers' secret cannot be read: %w", err)
		}
		if secret = strings.TrimSpace(string(text)); secret == "" {
			return "", errors.New("the file of the triggers' secret is empty")
		}
	}
	if secret != "" && len(secret) < minTriggerSecret {
		return "", fmt.Errorf("the triggers' secret must have at least %d characters", minTriggerSecret)
	}
	return secret, nil
}

// invoker calls the functions.
func (t triggering) invoker(guard *outbound.Guard) (*trigger.HTTP, error) {
	functions, err := trigger.ParseFunctions(t.Trigger)
	if err != nil {
		return nil, err
	}
	secret, err := t.secret()
	if err != nil {
		return nil, err
	}
	return trigger.NewHTTP(functions, guard, secret, time.Now), nil
}
