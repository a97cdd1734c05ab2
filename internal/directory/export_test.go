package directory

import "context"

// HoldImages takes the turn of decoding images until leave is called.
func (s *Service) HoldImages(ctx context.Context) (leave func(), err error) {
	return s.decoding.take(ctx)
}
