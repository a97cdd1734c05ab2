package cognito_test

import "sync"

// atOnce asks n times at once, ask with the number of the time, and counts the answers.
func atOnce(n int, ask func(i int) string) map[string]int {
	answers := make([]string, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { answers[i] = ask(i) })
	}
	wg.Wait()
	count := map[string]int{}
	for _, a := range answers {
		count[a]++
	}
	return count
}

// atOnce sends a request n times at once and counts how it came out.
func (b *signInBench) atOnce(n int, op, body string) map[string]int {
	return atOnce(n, func(int) string { return b.outcome(op, body) })
}

// outcome sends a request and says how it came out: the refusal, tokens, the name of a
// challenge, or "" for another answer.
func (b *signInBench) outcome(op, body string) string {
	answer, failure := b.sendRaw(op, body)
	switch challenge, _ := answer["ChallengeName"].(string); {
	case failure != "":
		return failure
	case answer["AuthenticationResult"] != nil:
		return "tokens"
	default:
		return challenge
	}
}
