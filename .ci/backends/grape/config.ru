# Environment: LOGINS, WINDOW and LIFETIME.
require "active_support"
require "active_support/cache"
require "bcrypt"
require "grape"
require "rack/attack"
require "securerandom"

PASSWORDS = { "me@example.com" => BCrypt::Password.create("correct horse battery") }.freeze
LIFETIME = ENV.fetch("LIFETIME", "3600").to_f
TOKENS = {} # token => when it ends

class API < Grape::API
  format :json

  params do
    requires :username, type: String
    requires :password, type: String
  end
  post "login" do
    password = PASSWORDS[params[:username]]
    error!("Invalid username or password", 401) unless password && password == params[:password]
    token = SecureRandom.urlsafe_base64
    TOKENS[token] = Time.now + LIFETIME
    { token: token }
  end

  post "control/revoke" do
    TOKENS.clear
    body false # Grape answers 204
  end

  namespace "api" do
    before do
      ends = TOKENS[headers["Authorization"].to_s.delete_prefix("Bearer ")]
      error!("401 Unauthorized", 401) unless ends && ends > Time.now
    end

    get("items/:id") { { id: params[:id] } }
    post("items") { { id: "new", size: request.body.read.bytesize } }
    get("limited") { { ok: true } }
  end
end

window = ENV.fetch("WINDOW", "6").to_i
Rack::Attack.cache.store = ActiveSupport::Cache::MemoryStore.new
Rack::Attack.throttle("logins", limit: ENV.fetch("LOGINS", "5").to_i, period: window) do |request|
  request.ip if request.post? && request.path == "/login"
end
Rack::Attack.throttle("limited", limit: 5, period: window) do |request|
  request.ip if request.path == "/api/limited"
end

use Rack::Attack
run API
