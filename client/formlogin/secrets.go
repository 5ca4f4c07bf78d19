package formlogin

import (
	"cmp"
	"context"
	"fmt"

	"github.com/latchkey-go/latchkey/client/loginkit"
)

func (p Password) username() loginkit.Field {
	return loginkit.Field{Name: cmp.Or(p.UsernameField, defaultUsername)}
}

func (p Password) password() loginkit.Field {
	return loginkit.Field{Name: cmp.Or(p.PasswordField, defaultPassword)}
}

// askAll asks for the password and the ExtraSecrets. They are checked here, since one that is no UTF-8 could not be
// told from two.
func (p Password) askAll(ctx context.Context) (string, error) {
	secret, err := p.password().Ask(ctx, Service, p.Password)
	if err != nil {
		return "", err
	}
	all := []string{secret}
	for _, name := range names(p.ExtraSecrets) {
		secret, err := loginkit.Field{Name: name}.Ask(ctx, Service, p.ExtraSecrets[name])
		if err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, secret)
	}
	if err := p.checkSecrets(all); err != nil {
		return "", err
	}
	return loginkit.JoinSecrets(all...), nil
}

// secrets takes apart what Secret has returned: the values of the password's field and of the ExtraSecrets.
func (p Password) secrets(secret string) (map[string]string, error) {
	all := []string{secret}
	if len(p.ExtraSecrets) > 0 {
		all = loginkit.SplitSecrets(secret)
	}
	if err := p.checkSecrets(all); err != nil {
		return nil, err
	}
	values := map[string]string{p.password().Name: all[0]}
	for i, name := range names(p.ExtraSecrets) {
		values[name] = all[1+i]
	}
	return values, nil
}

// checkSecrets checks the password and the ExtraSecrets, in the order of their names.
func (p Password) checkSecrets(all []string) error {
	if len(all) != 1+len(p.ExtraSecrets) {
		return invalid("ExtraSecrets", "and the secret to log in with do not belong together: it is not what Secret returned")
	}
	for i, name := range append([]string{p.password().Name}, names(p.ExtraSecrets)...) {
		if err := (loginkit.Field{Name: name}).Check(Service, all[i]); err != nil {
			return err
		}
	}
	return nil
}
