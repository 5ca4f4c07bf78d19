Rails.application.routes.draw do
  devise_for :users
  post "api/auth/token", to: "tokens#create"
  post "control/revoke", to: "tokens#revoke"
  scope "api" do
    get "limited", to: "items#limited"
    resources :items, only: %i[show create] do
      member do
        get :image
        get :pdf
      end
    end
  end
end
